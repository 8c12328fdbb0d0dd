import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ClusterAccess, clusterAccess, kubeconfigFor } from '@iot/local-cluster';
import { workspaceRoot } from '@iot/local-stack';
import { SERVICES } from '@iot/register';

const test = JSON.parse(process.env['TEST_CLUSTER'] ?? '{}') as { bin: string; kubeconfig: string; isLocal: boolean };

/**
 * In a cluster of our own making pods are marked Running and Ready, and Jobs complete, without a
 * container being run: what is tested there is what the API server admits, what the controllers do
 * and who may do what; not images, probes, network policies or `helm test`. In a cluster that was
 * there before, pods need not get ready: its nodes may not have the image.
 */
export const isLocal = test.isLocal;
export const cluster: ClusterAccess = clusterAccess(test.bin, test.kubeconfig);
/** Tests of what only a cluster of our own making can be made to do. */
export const describeLocally = isLocal ? describe : describe.skip;

export const CHART = join(workspaceRoot(), 'helm', 'iot-telemetry');
/** Values files of the chart: what each is for, and where it is. */
export const VALUES: readonly (readonly [name: string, file: string])[] = [
  ...readdirSync(join(CHART, 'ci')).map((file) => [basename(file, '.yaml'), join(CHART, 'ci', file)] as const),
  ['values-dev', join(CHART, 'values-dev.yaml')],
];
/** The services that are installed by default, sorted. */
export const COMPONENTS = SERVICES.filter(({ optional }) => !optional)
  .map(({ name }) => name)
  .sort();
/** All that has to be set. */
export const REQUIRED = ['--set', 'kafka.bootstrapServers=kafka:9092', '--set', 'mongo.url=mongodb://mongo:27017'];
/** What makes helm wait until all is ready, where that can be. */
export const WAIT = isLocal ? ['--wait', '--timeout=120s'] : ['--set', 'init.enabled=false'];

/** An object of the API server, as far as the tests look at it. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has its own
  readonly spec?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has its own
  readonly status?: any;
}

/**
 * A new namespace with Pod Security "restricted" enforced, and warned of, on all that is created in
 * it.
 */
export async function restrictedNamespace(): Promise<string> {
  const name = `iot-test-${randomBytes(4).toString('hex')}`;
  await cluster.kubectl(['create', 'namespace', name]);
  const modes = ['enforce', 'warn', 'audit'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
  await cluster.kubectl(['label', 'namespace', name, ...modes]);
  return name;
}

export async function deleteNamespace(name: string): Promise<void> {
  await cluster.kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
}

/** Objects of these kinds (comma-separated resource names). */
export async function objects(namespace: string, kinds: string, ...more: string[]): Promise<KubernetesObject[]> {
  const { stdout } = await cluster.kubectl(['get', kinds, '--namespace', namespace, '--output=json', ...more]);
  return (JSON.parse(stdout) as { items: KubernetesObject[] }).items;
}

/**
 * A kubeconfig that holds a token of this service account and nothing more: what a pod with it may
 * do, and no more. Returns its path.
 */
export async function kubeconfigOf(namespace: string, serviceAccount: string): Promise<string> {
  const view = JSON.parse((await cluster.kubectl(['config', 'view', '--raw', '--minify', '--flatten', '--output=json'])).stdout) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  };
  const { server, 'certificate-authority-data': authority } = view.clusters[0].cluster;
  const { stdout: token } = await cluster.kubectl(['create', 'token', serviceAccount, '--namespace', namespace]);
  // Beside the cluster's own, in the folder that goes with it.
  const file = join(dirname(cluster.kubeconfig), `${namespace}-${serviceAccount}.kubeconfig`);
  await writeFile(file, kubeconfigFor(server, Buffer.from(authority, 'base64').toString(), token.trim(), namespace), { mode: 0o600 });
  return file;
}
