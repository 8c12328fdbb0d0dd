import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolName } from '../tools/catalogue.js';
import { ensureTool, type ToolOptions } from '../tools/ensure-tool.js';
import { command, type Output } from './command.js';
import { ControlPlane } from './control-plane.js';
import { customResourceDefinitions } from './custom-resources.js';
import { fakeNodes, fakeVolumes, kwokAccess } from './nodes.js';
import { metricsService, PodMetrics } from './pod-metrics.js';

export interface ClusterOptions extends ToolOptions {
  /** Number of nodes; default 3, one in each of three zones. */
  readonly nodes?: number;
  /** Where state and logs go; default a new folder for temporary files, deleted at the end. */
  readonly folder?: string;
}

/** Where a cluster is, and the programs for it with its kubeconfig set. */
export interface ClusterAccess {
  /** Path of a kubeconfig for the administrator, with this cluster alone in it. */
  readonly kubeconfig: string;
  /** A folder with kubectl and helm, for PATH. */
  readonly bin: string;
  /** @throws CommandError */
  kubectl(args: readonly string[], input?: string): Promise<Output>;
  /** @throws CommandError */
  helm(args: readonly string[]): Promise<Output>;
}

/** A cluster to install things into. */
export interface Cluster extends ClusterAccess {
  /**
   * True when it is one of our own making: nothing is run on its nodes, and what its pods use is
   * what usageConfigMap() says.
   */
  readonly isLocal: boolean;
  /**
   * Ends every process and removes what was written; in a cluster that was there before, only the
   * custom resource definitions added by us.
   */
  stop(): Promise<void>;
}

/** What a cluster of our own runs. */
const PROGRAMS: readonly ToolName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
];

/**
 * A Kubernetes cluster. With K8S_TEST_CONTEXT in the environment it is the one of that context of
 * the user's kubeconfig (KUBECONFIG, or the default file), which may be a kind or k3d cluster;
 * otherwise a control plane of its own on free ports of 127.0.0.1, with nodes on which pods are
 * marked Ready and nothing is run.
 */
export function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const context = (options.env ?? process.env)['K8S_TEST_CONTEXT'];
  return context ? useCluster(context, options) : startLocalCluster(options);
}

async function startLocalCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'iot-cluster-')));
  const controlPlane = new ControlPlane(folder, options);
  const metrics = new PodMetrics((path) => controlPlane.get(path));
  const stop = async (): Promise<void> => {
    await metrics.stop();
    await controlPlane.stop();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const bin = await binFolder(folder, options);
    // All of them before the first is started: they may take minutes to build.
    for (const name of PROGRAMS) await ensureTool(name, options);
    await controlPlane.clear(PROGRAMS);
    await controlPlane.start();
    const cluster = {
      ...clusterAccess(bin, controlPlane.kubeconfig('admin'), options.env),
      isLocal: true,
      stop,
    };
    const metricsPort = await metrics.start(controlPlane.serving);
    await create(cluster, [
      ...kwokAccess(),
      ...fakeNodes(options.nodes ?? 3),
      ...fakeVolumes(20),
      ...metricsService(metricsPort),
      ...(await customResourceDefinitions(options)),
    ]);
    await controlPlane.run(
      'kwok',
      [
        [
          `--kubeconfig=${controlPlane.kubeconfig('kwok')}`,
          '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
        ],
        ['--node-lease-duration-seconds=40', '--cidr=10.244.0.1/16', '--node-ip=127.0.0.1'],
      ],
      () => everythingIsThere(controlPlane),
    );
    return cluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function useCluster(context: string, options: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'iot-cluster-'));
  const bin = await binFolder(folder, options);
  const kubeconfig = join(folder, 'kubeconfig');
  const { stdout } = await command(
    join(bin, 'kubectl'),
    ['config', 'view', '--minify', '--flatten', '--raw', `--context=${context}`],
    {
      env: options.env ?? process.env,
    },
  );
  await writeFile(kubeconfig, stdout, { mode: 0o600 });
  const tools = clusterAccess(bin, kubeconfig, options.env);
  const there = (await tools.kubectl(['get', 'crd', '-o', 'name'])).stdout;
  const missing = (await customResourceDefinitions(options)).filter(
    (crd) => !there.includes('/' + crd.metadata.name + '\n'),
  );
  await create(tools, missing);
  const stop = async (): Promise<void> => {
    if (missing.length > 0)
      await tools.kubectl([
        'delete',
        'crd',
        '--wait=false',
        ...missing.map((crd) => crd.metadata.name),
      ]);
    await rm(folder, { recursive: true, force: true });
  };
  return { ...tools, isLocal: false, stop };
}

/** The programs in `bin` for the cluster of this kubeconfig. */
export function clusterAccess(
  bin: string,
  kubeconfig: string,
  base: NodeJS.ProcessEnv = process.env,
): ClusterAccess {
  // A user's own settings of helm (repositories, plug-ins) have no part in it.
  const helmHome = join(bin, '..', 'helm');
  const env = {
    ...base,
    KUBECONFIG: kubeconfig,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    HELM_CONFIG_HOME: helmHome,
    HELM_CACHE_HOME: helmHome,
    HELM_DATA_HOME: helmHome,
  };
  return {
    bin,
    kubeconfig,
    kubectl: (args, input) =>
      command(join(bin, 'kubectl'), args, { env, ...(input === undefined ? {} : { input }) }),
    helm: (args) => command(join(bin, 'helm'), args, { env }),
  };
}

/** A folder of links to the programs that a person wants at hand. */
async function binFolder(folder: string, options: ToolOptions): Promise<string> {
  const bin = join(folder, 'bin');
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  for (const name of ['kubectl', 'helm'] satisfies ToolName[])
    await symlink(await ensureTool(name, options), join(bin, name));
  return bin;
}

async function create(
  cluster: Pick<ClusterAccess, 'kubectl'>,
  items: readonly object[],
): Promise<void> {
  if (items.length > 0)
    await cluster.kubectl(
      ['create', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
}

/** Nodes ready, the default service account made, custom resources and pod metrics served. */
async function everythingIsThere(controlPlane: ControlPlane): Promise<boolean> {
  const all = async (path: string, type: string): Promise<boolean> => {
    const { items } = (await controlPlane.get(path)) as {
      items: readonly { status?: { conditions?: readonly { type: string; status: string }[] } }[];
    };
    return items.every(({ status }) =>
      status?.conditions?.some(
        (condition) => condition.type === type && condition.status === 'True',
      ),
    );
  };
  return (
    (await all('/api/v1/nodes', 'Ready')) &&
    (await all('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'Established')) &&
    (await all('/apis/apiregistration.k8s.io/v1/apiservices', 'Available')) &&
    (await controlPlane.get('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined
  );
}
