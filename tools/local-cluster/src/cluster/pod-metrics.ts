import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What each container of a pod uses, as Kubernetes quantities: { cpu: '250m', memory: '100Mi' }. */
export interface Usage {
  readonly cpu: string;
  readonly memory: string;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
  readonly status?: { readonly phase?: string };
}

const GROUP = 'metrics.k8s.io';
const VERSION = `${GROUP}/v1beta1`;
const IDLE: Usage = { cpu: '1m', memory: '1Mi' };

/** A metrics.k8s.io server on 127.0.0.1: the pods' cpu and memory, which an autoscaler asks for, are what the test says they are. */
export class PodMetrics {
  private readonly table: { labels: Readonly<Record<string, string>>; usage: Usage }[] = [];
  private server: Server | undefined;

  /** `apiGet` reads a path of the API server. */
  constructor(private readonly apiGet: (path: string) => Promise<unknown>) {}

  /** From now on each container of the pods with these labels uses this much; the latest word on a pod counts. Pods nobody spoke of are idle. */
  set(labels: Readonly<Record<string, string>>, usage: Usage): void {
    this.table.unshift({ labels, usage });
  }

  /** Listens; resolves to the port. */
  async start(serving: { readonly cert: string; readonly key: string }): Promise<number> {
    const server = createServer(serving, (request, response) => {
      this.answer(new URL(request.url ?? '/', 'https://metrics')).then(
        (body) => {
          response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
          response.end(JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound' }));
        },
        (error: unknown) => {
          response.writeHead(500, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, message: String(error) }));
        },
      );
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private async answer(url: URL): Promise<object | undefined> {
    if (url.pathname === `/apis/${VERSION}`)
      return {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: VERSION,
        resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
      };
    const namespace = new RegExp(`^/apis/${VERSION}/namespaces/([^/]+)/pods$`).exec(url.pathname)?.[1];
    if (namespace === undefined) return undefined;
    const labelSelector = url.searchParams.get('labelSelector') ?? '';
    const query = new URLSearchParams({ labelSelector, fieldSelector: 'status.phase=Running' });
    const { items } = (await this.apiGet(`/api/v1/namespaces/${namespace}/pods?${query}`)) as { items: readonly Pod[] };
    return { kind: 'PodMetricsList', apiVersion: VERSION, metadata: {}, items: items.map((pod) => this.metricsOf(pod)) };
  }

  private metricsOf({ metadata: { name, namespace, labels = {} }, spec }: Pod): object {
    const usage = this.table.find((row) => Object.entries(row.labels).every(([key, value]) => labels[key] === value))?.usage ?? IDLE;
    return {
      metadata: { name, namespace, labels },
      timestamp: new Date().toISOString(),
      window: '15s',
      containers: spec.containers.map((container) => ({ name: container.name, usage })),
    };
  }
}

/**
 * The objects that make the API server ask a metrics server on this machine. The Service is an ExternalName, because Endpoints may not hold a loopback address; who answers there is
 * known to be us, so its certificate is not looked at.
 */
export function metricsService(port: number): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'pod-metrics', namespace: 'kube-system' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1beta1.${GROUP}` },
      spec: {
        group: GROUP,
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'pod-metrics', namespace: 'kube-system', port },
      },
    },
  ];
}
