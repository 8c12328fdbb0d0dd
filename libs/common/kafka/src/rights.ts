/** What Kafka gives rights to. */
export type Resource = 'topic' | 'group' | 'cluster' | 'transactional id';

/** An operation on resources, as an ACL allows it. */
export interface Right {
  readonly operation: 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs' | 'Delete';
  readonly resource: Resource;
  /** Of the resources, or what their names begin with. */
  readonly names: readonly string[];
  /** Whether the names are what names begin with. */
  readonly prefixed?: boolean;
}

/** Kafka refuses what an ACL would allow. */
export class MissingRight extends Error {
  override readonly name = 'MissingRight';
  constructor(
    readonly resource: Resource,
    readonly right: Right | undefined,
    cause: unknown,
  ) {
    super(sentence(resource, right, isCertain(cause)), { cause });
  }
}

const REFUSED: Readonly<Record<string, Resource>> = {
  TOPIC_AUTHORIZATION_FAILED: 'topic',
  GROUP_AUTHORIZATION_FAILED: 'group',
  CLUSTER_AUTHORIZATION_FAILED: 'cluster',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'transactional id',
};
/** Below this, causes of causes are not looked at. */
const DEPTH = 5;

/**
 * What Kafka refuses a right to; undefined when an error is about something else. kafkajs keeps the
 * reason for which it found no coordinator of a group to itself: mostly it is a right.
 */
export function refusedResource(error: unknown, depth = DEPTH): Resource | undefined {
  if (typeof error !== 'object' || error === null || depth === 0) return undefined;
  const { type, name, cause, errors } = error as {
    type?: unknown;
    name?: unknown;
    cause?: unknown;
    errors?: unknown;
  };
  if (typeof type === 'string' && Object.hasOwn(REFUSED, type)) return REFUSED[type];
  if (name === NO_COORDINATOR) return 'group';
  for (const inner of [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]) {
    const resource = refusedResource(inner, depth - 1);
    if (resource) return resource;
  }
  return undefined;
}

const NO_COORDINATOR = 'KafkaJSGroupCoordinatorNotFound';
const isCertain = (cause: unknown): boolean =>
  (cause as { name?: unknown } | null)?.name !== NO_COORDINATOR;

/**
 * Does what needs the rights. @throws MissingRight in place of the error by which Kafka refused one
 */
export async function withRights<T>(rights: readonly Right[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asMissingRight(error, rights);
  }
}

/** The error as MissingRight when Kafka refused one of these rights, else as it is. */
export function asMissingRight(error: unknown, rights: readonly Right[] = []): unknown {
  const resource = refusedResource(error);
  if (resource === undefined || error instanceof MissingRight) return error;
  return new MissingRight(
    resource,
    rights.find((right) => right.resource === resource),
    error,
  );
}

function sentence(resource: Resource, right: Right | undefined, certain: boolean): string {
  if (!right) return `Kafka refuses this user a right to a ${resource}: ${WHERE}`;
  const { operation, names, prefixed } = right;
  const what = `${resource}${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
  const acl = `the ACL that allows ${operation} on the ${what}${prefixed ? ' as a prefix' : ''}`;
  return certain
    ? `Kafka refuses this user: add ${acl} (${WHERE})`
    : `Kafka names no coordinator of the ${what}: either it is electing one, or this user lacks ${acl} (${WHERE})`;
}

const WHERE = 'docs/production.md lists what is needed';
