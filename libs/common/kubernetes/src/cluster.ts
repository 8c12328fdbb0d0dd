import type {
  AppsV1Api,
  AutoscalingV2Api,
  ConfigurationOptions,
  CoreV1Api,
  Watch,
} from '@kubernetes/client-node';
import { failureOf, type Permission } from './failure.js';
import type { Location } from './location.js';

/** Longest wait for one answer of the API server. */
const DEADLINE_MS = 3000;

/** The parts of the client that are used here. */
export interface Client {
  readonly apps: AppsV1Api;
  readonly autoscaling: AutoscalingV2Api;
  readonly core: CoreV1Api;
  readonly newWatch: () => Watch;
  /** Options of a call that is given up by this signal. */
  readonly until: (signal: AbortSignal) => ConfigurationOptions;
}

/**
 * One namespace of a cluster. Nothing is loaded or asked before the first call: the client is 800
 * modules and takes most of a second of CPU.
 */
export class Cluster {
  readonly namespace: string;
  private client: Promise<Client> | undefined;

  constructor(private readonly location: Location) {
    this.namespace = location.namespace;
  }

  /** @throws Error when the kubeconfig cannot be used; the next call tries again */
  connect(): Promise<Client> {
    this.client ??= load(this.location).catch((error: unknown) => {
      this.client = undefined;
      throw error;
    });
    return this.client;
  }

  /**
   * Makes one call within the deadline.
   * @param permission what the call needs, for the message when it is refused
   * @param ended gives the call up before its deadline
   * @throws KubernetesFailure
   */
  async call<T>(
    permission: Permission,
    request: (client: Client, options: ConfigurationOptions) => Promise<T>,
    ended?: AbortSignal,
  ): Promise<T> {
    try {
      const client = await this.connect();
      const late = AbortSignal.timeout(DEADLINE_MS);
      return await request(client, client.until(ended ? AbortSignal.any([late, ended]) : late));
    } catch (error) {
      throw failureOf(error, permission);
    }
  }
}

async function load({ kubeconfig }: Location): Promise<Client> {
  const { AppsV1Api, AutoscalingV2Api, CoreV1Api, KubeConfig, Observable, Watch } =
    await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  if (!config.getCurrentCluster())
    throw new Error(`the kubeconfig file ${kubeconfig} has no current context with a cluster`);
  return {
    apps: config.makeApiClient(AppsV1Api),
    autoscaling: config.makeApiClient(AutoscalingV2Api),
    core: config.makeApiClient(CoreV1Api),
    newWatch: () => new Watch(config),
    until: (signal) => ({
      middlewareMergeStrategy: 'append',
      middleware: [
        {
          pre: (request) => {
            request.setSignal(signal);
            return new Observable(Promise.resolve(request));
          },
          post: (response) => new Observable(Promise.resolve(response)),
        },
      ],
    }),
  };
}
