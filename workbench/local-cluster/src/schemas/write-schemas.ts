import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterAccess } from '../cluster/cluster.js';
import { type OpenApiDocument, strictSchemas } from './strict-schemas.js';

/**
 * Writes the strict JSON schemas of everything that this cluster's API server knows, custom
 * resources too, into a folder. Returns the value for kubeconform's -schema-location.
 */
export async function writeSchemas(
  cluster: Pick<ClusterAccess, 'kubectl'>,
  folder: string,
): Promise<string> {
  const { stdout } = await cluster.kubectl(['get', '--raw', '/openapi/v2']);
  await mkdir(folder, { recursive: true });
  for (const [file, schema] of strictSchemas(JSON.parse(stdout) as OpenApiDocument))
    await writeFile(join(folder, file), JSON.stringify(schema));
  return join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json');
}
