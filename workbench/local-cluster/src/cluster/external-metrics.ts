export const EXTERNAL_GROUP = 'external.metrics.k8s.io';
const VERSION = `${EXTERNAL_GROUP}/v1beta1`;
const CONFIG_MAP = 'external-metrics';
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/** The ConfigMap that says which pages of metrics count as those of its namespace. */
export function scrapedConfigMap(namespace: string, urls: readonly string[]): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG_MAP, namespace },
    data: { urls: JSON.stringify(urls) },
  };
}

/**
 * What an adapter for Prometheus does, in outline: a metric of a namespace is the greatest value
 * that the pages of its scrapedConfigMap() show at this moment, of the series with these labels.
 */
export class ExternalMetrics {
  /** `apiGet` reads a path of the API server; undefined when that is not there. */
  constructor(private readonly apiGet: (path: string) => Promise<unknown>) {}

  /** The answer to a path of this group; undefined when there is none. */
  async answer(url: URL): Promise<object | undefined> {
    if (url.pathname === `/apis/${VERSION}`)
      return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: VERSION, resources: [] };
    const [, namespace, name] =
      new RegExp(`^/apis/${VERSION}/namespaces/([^/]+)/([^/]+)$`).exec(url.pathname) ?? [];
    if (namespace === undefined || name === undefined) return undefined;
    const table = (await this.apiGet(
      `/api/v1/namespaces/${namespace}/configmaps/${CONFIG_MAP}`,
    )) as { data: { urls: string } } | undefined;
    const urls = table ? (JSON.parse(table.data.urls) as string[]) : [];
    const pages = await Promise.all(urls.map(async (page) => (await fetch(page)).text()));
    const wanted = labelsOf(url.searchParams.get('labelSelector') ?? '', /([\w./-]+)=([^,]*)/g);
    const values = pages.flatMap((page) => valuesIn(page, name, wanted));
    const items = values.length === 0 ? [] : [{ metricName: name, metricLabels: wanted }];
    return {
      kind: 'ExternalMetricValueList',
      apiVersion: VERSION,
      metadata: {},
      items: items.map((item) => ({
        ...item,
        timestamp: new Date().toISOString(),
        value: `${Math.round(Math.max(...values) * 1000)}m`,
      })),
    };
  }
}

const labelsOf = (text: string, pair: RegExp): Record<string, string> =>
  Object.fromEntries([...text.matchAll(pair)].map(([, key, value]) => [key!, value!]));

/** Values of the series of a page of metrics that have a name and labels. */
function valuesIn(page: string, name: string, wanted: Record<string, string>): number[] {
  return page.split('\n').flatMap((line) => {
    const [, metric, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (metric !== name) return [];
    const of = labelsOf(labels, /(\w+)="([^"]*)"/g);
    return Object.entries(wanted).every(([key, text]) => of[key] === text) ? [Number(value)] : [];
  });
}

/** The object that makes the API server ask `port` of this machine for v1beta1 of a group. */
export const metricsApi = (group: string, port: number): object => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `v1beta1.${group}` },
  spec: {
    group,
    version: 'v1beta1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { name: 'pod-metrics', namespace: 'kube-system', port },
  },
});
