import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { EXTERNAL_GROUP, ExternalMetrics, metricsApi } from './external-metrics.js';

/**
 * What each container of the pods with these labels uses, as Kubernetes quantities: { cpu: '250m',
 * memory: '100Mi' }.
 */
export interface Usage {
  readonly labels: Readonly<Record<string, string>>;
  readonly cpu: string;
  readonly memory: string;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
}

const GROUP = 'metrics.k8s.io';
const VERSION = `${GROUP}/v1beta1`;
const CONFIG_MAP = 'pod-metrics';
const IDLE: Usage = { labels: {}, cpu: '1m', memory: '1Mi' };

/**
 * The ConfigMap that says what the pods of its namespace use; the first row that fits a pod counts,
 * and where none does the pod is idle. It is read at each question, so that anyone who can apply it
 * moves the autoscalers.
 */
export function usageConfigMap(namespace: string, rows: readonly Usage[]): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG_MAP, namespace },
    data: { usage: JSON.stringify(rows) },
  };
}

/**
 * A server of what autoscalers ask for, on 127.0.0.1. metrics.k8s.io: the pods' cpu and memory are
 * what their namespace's usageConfigMap() says. external.metrics.k8s.io: see ExternalMetrics.
 */
export class PodMetrics {
  private server: Server | undefined;
  private readonly external: ExternalMetrics;

  /** `apiGet` reads a path of the API server; undefined when that is not there. */
  constructor(private readonly apiGet: (path: string) => Promise<unknown>) {
    this.external = new ExternalMetrics(apiGet);
  }

  /** Listens; resolves to the port. */
  async start(serving: { readonly cert: string; readonly key: string }): Promise<number> {
    const server = createServer(serving, (request, response) => {
      this.answer(new URL(request.url ?? '/', 'https://metrics')).then(
        (body) => {
          response.writeHead(body === undefined ? 404 : 200, {
            'content-type': 'application/json',
          });
          response.end(
            JSON.stringify(
              body ?? {
                kind: 'Status',
                apiVersion: 'v1',
                status: 'Failure',
                code: 404,
                reason: 'NotFound',
              },
            ),
          );
        },
        (error: unknown) => {
          response.writeHead(500, { 'content-type': 'application/json' });
          response.end(
            JSON.stringify({
              kind: 'Status',
              apiVersion: 'v1',
              status: 'Failure',
              code: 500,
              message: String(error),
            }),
          );
        },
      );
    });
    this.server = server;
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private async answer(url: URL): Promise<object | undefined> {
    if (url.pathname.startsWith('/apis/external.')) return this.external.answer(url);
    if (url.pathname === `/apis/${VERSION}`)
      return {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: VERSION,
        resources: [
          {
            name: 'pods',
            singularName: '',
            namespaced: true,
            kind: 'PodMetrics',
            verbs: ['get', 'list'],
          },
        ],
      };
    const namespace = new RegExp(`^/apis/${VERSION}/namespaces/([^/]+)/pods$`).exec(
      url.pathname,
    )?.[1];
    if (namespace === undefined) return undefined;
    const labelSelector = url.searchParams.get('labelSelector') ?? '';
    const query = new URLSearchParams({ labelSelector, fieldSelector: 'status.phase=Running' });
    const [pods, table] = await Promise.all([
      this.apiGet(`/api/v1/namespaces/${namespace}/pods?${query}`) as Promise<{
        items: readonly Pod[];
      }>,
      this.apiGet(`/api/v1/namespaces/${namespace}/configmaps/${CONFIG_MAP}`) as Promise<
        { data: { usage: string } } | undefined
      >,
    ]);
    const rows = table ? (JSON.parse(table.data.usage) as Usage[]) : [];
    return {
      kind: 'PodMetricsList',
      apiVersion: VERSION,
      metadata: {},
      items: pods.items.map((pod) => podMetrics(pod, rows)),
    };
  }
}

function podMetrics(
  { metadata: { name, namespace, labels = {} }, spec }: Pod,
  rows: readonly Usage[],
): object {
  const { cpu, memory } =
    rows.find((row) => Object.entries(row.labels).every(([key, value]) => labels[key] === value)) ??
    IDLE;
  return {
    metadata: { name, namespace, labels },
    timestamp: new Date().toISOString(),
    window: '15s',
    containers: spec.containers.map((container) => ({
      name: container.name,
      usage: { cpu, memory },
    })),
  };
}

/**
 * The objects that make the API server ask a metrics server on this machine. The Service is an
 * ExternalName, because Endpoints may not hold a loopback address; who answers there is known to be
 * us, so its certificate is not looked at.
 */
export function metricsService(port: number): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'pod-metrics', namespace: 'kube-system' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    },
    metricsApi(GROUP, port),
    metricsApi(EXTERNAL_GROUP, port),
  ];
}
