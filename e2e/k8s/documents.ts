import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';

/** What stands for a name of the reader's own, and one that fits. */
const NAMES: Readonly<Record<string, string>> = {
  OWNER: 'example',
  REPOSITORY: 'iot',
  CLASS: 'nginx',
};

/** The YAML of a page of docs/, with names filled in: values files of the chart, and manifests. */
export function yamlOf(page: string): { readonly values: string[]; readonly manifests: string[] } {
  const text = readFileSync(join(workspaceRoot(), 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) =>
    block!.replace(/\b(OWNER|REPOSITORY|CLASS)\b/g, (name) => NAMES[name]!),
  );
  const isValues = (block: string): boolean => block.startsWith('# values.yaml');
  return {
    values: blocks.filter(isValues),
    manifests: blocks.filter((block) => !isValues(block)),
  };
}
