import { CHART, cluster, deleteNamespace, kubeconfigOf, objects, REQUIRED, restrictedNamespace, WAIT } from './cluster.js';

interface Rule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
}

let namespace: string;
beforeAll(async () => {
  namespace = await restrictedNamespace();
  await cluster.helm(['install', 'iot-telemetry', CHART, '--namespace', namespace, ...REQUIRED, ...WAIT]);
}, 300_000);
afterAll(() => deleteNamespace(namespace));

/**
 * Who is asking, with a real token; and what the API server says that it may do in a namespace,
 * besides asking that.
 */
async function as(serviceAccount: string) {
  const flag = `--kubeconfig=${await kubeconfigOf(namespace, serviceAccount)}`;
  const kubectl = (...args: string[]) => cluster.kubectl([flag, ...args]);
  const rules = async (where: string): Promise<Rule[]> => {
    const review = { kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', spec: { namespace: where } };
    const { stdout } = await cluster.kubectl([flag, 'create', '--validate=false', '--output=json', '--filename=-'], JSON.stringify(review));
    const { resourceRules } = (JSON.parse(stdout) as { status: { resourceRules: Rule[] } }).status;
    return resourceRules
      .filter(({ apiGroups }) => !apiGroups.every((group) => /^auth(orization|entication)\.k8s\.io$/.test(group)))
      .sort((a, b) => (a.resources[0]! < b.resources[0]! ? -1 : 1));
  };
  return { kubectl, rules };
}

describe('the service account of dashboard-api', () => {
  it('may read the Deployments, pods and autoscalers of its namespace, and nothing else anywhere', async () => {
    const { kubectl, rules } = await as('iot-telemetry-dashboard-api');
    const read = { verbs: ['get', 'list'] };
    expect(await rules(namespace)).toEqual([
      { ...read, apiGroups: ['apps'], resources: ['deployments'] },
      { ...read, apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] },
      { ...read, apiGroups: [''], resources: ['pods'] },
    ]);
    for (const elsewhere of ['default', 'kube-system']) expect(await rules(elsewhere)).toEqual([]);
    for (const kind of ['deployments', 'pods', 'horizontalpodautoscalers'])
      expect((await kubectl('get', kind, '--output=name')).stdout).toMatch(/iot-telemetry-/);
    for (const forbidden of [
      ['get', 'secrets'],
      ['get', 'configmaps'],
      ['get', 'deployments', '--namespace=default'],
      ['get', 'pods', '--all-namespaces'],
      ['get', 'nodes'],
      ['scale', 'deployment/iot-telemetry-dashboard-api', '--replicas=0'],
      ['delete', 'pods', '--all'],
    ])
      await expect(kubectl(...forbidden)).rejects.toThrow(/forbidden/i);
  }, 120_000);
});

describe('the service account of alerts-worker', () => {
  it('may read and watch the one ConfigMap of the thresholds and write events, and nothing else anywhere', async () => {
    const { kubectl, rules } = await as('iot-telemetry-alerts-worker');
    expect(await rules(namespace)).toEqual([
      { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['iot-telemetry-thresholds'] },
      { verbs: ['create'], apiGroups: [''], resources: ['events'] },
    ]);
    for (const elsewhere of ['default', 'kube-system']) expect(await rules(elsewhere)).toEqual([]);
    expect((await kubectl('get', 'configmap', 'iot-telemetry-thresholds', '--output=name')).stdout).toBe('configmap/iot-telemetry-thresholds\n');
    for (const forbidden of [
      ['get', 'configmaps'],
      ['get', 'configmap', 'iot-telemetry-alerts-worker'],
      ['get', 'secrets'],
      ['get', 'events'],
      ['get', 'pods'],
      ['get', 'configmap', 'iot-telemetry-thresholds', '--namespace=default'],
      ['patch', 'configmap', 'iot-telemetry-thresholds', '--patch={"data":{"TEMP_MAX_THRESHOLD":"1"}}'],
    ])
      await expect(kubectl(...forbidden)).rejects.toThrow(/forbidden/i);
  }, 120_000);
});

describe('the other service accounts', () => {
  it.each(['ingestion-api', 'aggregator-worker'])('%s may do nothing', async (component) => {
    const { rules } = await as(`iot-telemetry-${component}`);
    expect(await rules(namespace)).toEqual([]);
  });

  it('have no token in their pods; the two that use theirs have one, that expires', async () => {
    const tokens: Record<string, number[]> = {};
    for (const { metadata, spec } of await objects(namespace, 'deployments')) {
      const { automountServiceAccountToken, volumes = [] } = spec.template.spec;
      expect(automountServiceAccountToken).toBe(false);
      const sources = volumes.flatMap((volume: { projected?: { sources: object[] } }) => volume.projected?.sources ?? []);
      tokens[metadata.labels!['app.kubernetes.io/component']!] = sources.flatMap(
        (source: { serviceAccountToken?: { expirationSeconds: number } }) => source.serviceAccountToken?.expirationSeconds ?? [],
      );
    }
    const used = Object.fromEntries(Object.entries(tokens).filter(([, times]) => times.length > 0));
    expect(used).toEqual({ 'alerts-worker': [3600], 'dashboard-api': [3600] });
    expect(Object.keys(tokens)).toContain('ingestion-api');
  });
});
