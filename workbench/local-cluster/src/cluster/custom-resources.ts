/**
 * Custom resource definitions of the kinds that a chart for Prometheus's operator and KEDA holds:
 * their fields in outline, written for tests, so that such objects are admitted and a misspelt
 * field is found. Not those projects' own definitions.
 */

interface Schema {
  readonly type?: string;
  readonly [keyword: string]: unknown;
}

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer', format: 'int32' };
const flag: Schema = { type: 'boolean' };
const intOrText: Schema = { 'x-kubernetes-int-or-string': true };
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const duration: Schema = { type: 'string', pattern: '^(0|([0-9]+(ms|[smhdwy]))+)$' };
const texts: Schema = { type: 'array', items: text };
const textMap: Schema = { type: 'object', additionalProperties: text };
const list = (items: Schema, more: object = {}): Schema => ({ type: 'array', items, ...more });
const object = (properties: Readonly<Record<string, Schema>>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});

const selector = object({
  matchLabels: textMap,
  matchExpressions: list(object({ key: text, operator: text, values: texts }, 'key', 'operator')),
});
const relabelling = list(
  object({
    sourceLabels: texts,
    separator: text,
    targetLabel: text,
    regex: text,
    modulus: integer,
    replacement: text,
    action: text,
  }),
);
const endpoint = object({
  port: text,
  targetPort: intOrText,
  portNumber: integer,
  path: text,
  scheme: { type: 'string', enum: ['http', 'https'] },
  params: { type: 'object', additionalProperties: texts },
  interval: duration,
  scrapeTimeout: duration,
  honorLabels: flag,
  honorTimestamps: flag,
  followRedirects: flag,
  enableHttp2: flag,
  filterRunning: flag,
  relabelings: relabelling,
  metricRelabelings: relabelling,
  tlsConfig: anything,
  authorization: anything,
  basicAuth: anything,
});
const monitored = {
  selector,
  namespaceSelector: object({ any: flag, matchNames: texts }),
  jobLabel: text,
  podTargetLabels: texts,
  sampleLimit: { type: 'integer', format: 'int64' },
  attachMetadata: object({ node: flag }),
};
const rule = object(
  {
    alert: text,
    record: text,
    expr: intOrText,
    for: duration,
    keep_firing_for: duration,
    labels: textMap,
    annotations: textMap,
  },
  'expr',
);
const group = object(
  {
    name: { type: 'string', minLength: 1 },
    interval: duration,
    query_offset: duration,
    limit: integer,
    labels: textMap,
    rules: list(rule),
  },
  'name',
);
const trigger = object(
  {
    type: text,
    name: text,
    metadata: textMap,
    metricType: { type: 'string', enum: ['AverageValue', 'Value', 'Utilization'] },
    useCachedMetrics: flag,
    authenticationRef: object({ name: text, kind: text }, 'name'),
  },
  'type',
  'metadata',
);
const secretKeys = list(
  object({ parameter: text, name: text, key: text }, 'parameter', 'name', 'key'),
);

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly spec: Schema;
}

const monitoring = { group: 'monitoring.coreos.com', version: 'v1' };
const keda = { group: 'keda.sh', version: 'v1alpha1' };

const KINDS: readonly Kind[] = [
  {
    ...monitoring,
    kind: 'ServiceMonitor',
    spec: object(
      { ...monitored, targetLabels: texts, endpoints: list(endpoint) },
      'selector',
      'endpoints',
    ),
  },
  {
    ...monitoring,
    kind: 'PodMonitor',
    spec: object({ ...monitored, podMetricsEndpoints: list(endpoint) }, 'selector'),
  },
  {
    ...monitoring,
    kind: 'PrometheusRule',
    spec: object({
      groups: list(group, {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
    }),
  },
  {
    ...keda,
    kind: 'ScaledObject',
    spec: object(
      {
        scaleTargetRef: object(
          { name: text, kind: text, apiVersion: text, envSourceContainerName: text },
          'name',
        ),
        pollingInterval: integer,
        cooldownPeriod: integer,
        initialCooldownPeriod: integer,
        idleReplicaCount: integer,
        minReplicaCount: integer,
        maxReplicaCount: integer,
        fallback: object(
          { failureThreshold: integer, replicas: integer },
          'failureThreshold',
          'replicas',
        ),
        advanced: object({
          restoreToOriginalReplicaCount: flag,
          horizontalPodAutoscalerConfig: object({ name: text, behavior: anything }),
        }),
        triggers: list(trigger),
      },
      'scaleTargetRef',
      'triggers',
    ),
  },
  {
    ...keda,
    kind: 'TriggerAuthentication',
    spec: object({
      secretTargetRef: secretKeys,
      configMapTargetRef: secretKeys,
      env: list(object({ parameter: text, name: text, containerName: text }, 'parameter', 'name')),
      podIdentity: object({ provider: text }, 'provider'),
    }),
  },
];

/** The CustomResourceDefinition objects. */
export function customResourceDefinitions(): {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}[] {
  return KINDS.map(({ group: groupName, version, kind, spec }) => {
    const plural = kind.toLowerCase() + 's';
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${groupName}` },
      spec: {
        group: groupName,
        scope: 'Namespaced',
        names: { kind, listKind: kind + 'List', plural, singular: kind.toLowerCase() },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: object({ spec, status: anything }, 'spec') },
          },
        ],
      },
    };
  });
}
