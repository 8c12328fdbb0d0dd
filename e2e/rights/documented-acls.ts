import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { AclEntry } from 'kafkajs';
import kafkajs from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** An entry of a Strimzi KafkaUser's `acls`. */
interface StrimziAcl {
  readonly resource: { type: string; name: string; patternType?: 'literal' | 'prefix' };
  readonly operations: readonly string[];
}

interface KafkaUser {
  readonly kind?: string;
  readonly spec: { readonly authorization: { readonly acls: readonly StrimziAcl[] } };
}

const page = (): string =>
  readFileSync(new URL('../../docs/production.md', import.meta.url), 'utf8');

/** The rights that docs/production.md gives to the user of the platform, as the page has them. */
export function documentedAcls(text = page()): StrimziAcl[] {
  const manifests = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(
    ([, yaml]) => loadAll(yaml!) as (KafkaUser | null)[],
  );
  return manifests
    .filter((manifest) => manifest?.kind === 'KafkaUser')
    .flatMap((user) => [...user!.spec.authorization.acls]);
}

/** `DescribeConfigs` → DESCRIBE_CONFIGS */
const constant = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** What Strimzi makes of them: entries for a broker's own authorizer. */
export const aclEntries = (acls: readonly StrimziAcl[], user: string): AclEntry[] =>
  acls.flatMap(({ resource: { type, name, patternType = 'literal' }, operations }) =>
    operations.map((operation) => ({
      principal: `User:${user}`,
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: AclResourceTypes[constant(type) as keyof typeof AclResourceTypes],
      resourceName: name,
      resourcePatternType:
        patternType === 'prefix' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      operation: AclOperationTypes[constant(operation) as keyof typeof AclOperationTypes],
    })),
  );
