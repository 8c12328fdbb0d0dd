import { join } from 'node:path';
import { SERVICES, shortName } from '@iot/register';
import {
  CHART,
  describeWithHelm,
  type Manifest,
  objectsOf,
  ofKind,
  podOf,
  render,
  RUNS_PODS,
  TWO_VALUES,
} from './chart.js';

const EVERYTHING = [
  '--set',
  'verify.enabled=true,toolbox.enabled=true,loadGenerator.enabled=true',
  '--set',
  'mqtt.enabled=true,mqtt.config.MQTT_URL=mqtt://broker:1883',
];
const DEV = ['-f', join(CHART, 'values-dev.yaml'), '--set', 'init.enabled=true'];
const EVERY = ['-f', join(CHART, 'ci', 'every-values.yaml')];
const SECTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SERVICES.map(({ name }) => [name, shortName(name)])),
  'auth-secret': 'authSecret',
  init: 'init',
  test: 'helmTest',
  verify: 'verify',
  toolbox: 'toolbox',
  'load-generator': 'loadGenerator',
};
const OTHERS = SERVICES.map(({ name }) => name)
  .filter((name) => name !== 'ingestion-api')
  .sort();
const component = (it: Manifest): string =>
  podOf(it).metadata.labels['app.kubernetes.io/component'];
const pods = (objects: readonly Manifest[]): Manifest[] => ofKind(objects, ...RUNS_PODS);

describeWithHelm('what every pod may be given', () => {
  const settings = (at: string): string[] => [
    `${at}.tolerations[0].operator=Exists`,
    `${at}.nodeSelector.pool=iot`,
    `${at}.priorityClassName=high`,
    `${at}.podAnnotations.note=here`,
    `${at}.podLabels.tier=iot`,
    `${at}.affinity.nodeAffinity.x=1`,
    `${at}.podSecurityContext.supplementalGroupsPolicy=Strict`,
    `${at}.containerSecurityContext.runAsUser=2000`,
    `${at}.extraEnv[0].name=EXTRA`,
    `${at}.extraVolumes[0].name=extra`,
    `${at}.extraVolumeMounts[0].name=extra`,
  ];
  const given = (it: Manifest): unknown => {
    const { metadata, spec } = podOf(it);
    const [{ env, securityContext, volumeMounts }] = spec.containers;
    const own = (list: Manifest[] = []): number => list.filter(({ name }) => /^extra$/i.test(name)).length; // prettier-ignore
    return {
      tolerations: spec.tolerations,
      pool: spec.nodeSelector?.pool,
      priority: spec.priorityClassName,
      note: metadata.annotations?.note,
      tier: metadata.labels.tier,
      affinity: spec.affinity,
      groups: spec.securityContext.supplementalGroupsPolicy,
      user: securityContext.runAsUser,
      env: own(env),
      volumes: own(spec.volumes),
      mounts: own(volumeMounts),
    };
  };
  const ALL_OF_IT = {
    tolerations: [{ operator: 'Exists' }],
    pool: 'iot',
    priority: 'high',
    note: 'here',
    tier: 'iot',
    affinity: { nodeAffinity: { x: 1 } },
    groups: 'Strict',
    user: 2000,
    env: 1,
    volumes: 1,
    mounts: 1,
  };

  it('is given to all of them, Jobs, hooks and the test too, by podDefaults', () => {
    const found = pods(
      objectsOf(...TWO_VALUES, ...EVERYTHING, '--set', settings('podDefaults').join(',')),
    );
    expect(found.map(component).sort()).toEqual(Object.keys(SECTIONS).sort());
    for (const it of found) expect([component(it), given(it)]).toEqual([component(it), ALL_OF_IT]);
  });

  it('places the servers for trials as well', () => {
    const set = ['--set', settings('podDefaults').join(',')];
    for (const it of pods(objectsOf(...DEV, ...set)).filter(({ kind }) => kind === 'StatefulSet'))
      expect([component(it), given(it)]).toMatchObject([
        component(it),
        { tolerations: [{ operator: 'Exists' }], pool: 'iot', priority: 'high' },
      ]);
  });

  it.each(Object.entries(SECTIONS))('is given to %s alone by its section', (name, section) => {
    const found = pods(
      objectsOf(...TWO_VALUES, ...EVERYTHING, '--set', settings(section).join(',')),
    );
    for (const it of found)
      if (component(it) === name) expect(given(it)).toEqual(ALL_OF_IT);
      else expect([component(it), given(it)]).not.toMatchObject([component(it), { pool: 'iot' }]);
  });

  it('takes a key of the common ones away by null', () => {
    const set = ['--set', 'podDefaults.podSecurityContext.runAsUser=null'];
    for (const it of pods(objectsOf(...TWO_VALUES, ...set)))
      expect(podOf(it).spec.securityContext).toEqual(
        expect.not.objectContaining({ runAsUser: expect.anything() }),
      );
  });

  it('puts sidecars and init containers beside a service, and serves HTTPS with a certificate', () => {
    const objects = objectsOf(...EVERY);
    const deployment = pods(objects).find((it) => component(it) === 'ingestion-api')!;
    const { containers, initContainers } = deployment.spec.template.spec;
    expect(containers.map(({ name }: Manifest) => name)).toEqual(['ingestion-api', 'proxy']);
    expect(initContainers).toMatchObject([{ name: 'wait', args: ['iot'] }]);
    const [{ startupProbe, livenessProbe, readinessProbe, volumeMounts }] = containers;
    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect(probe.httpGet.scheme).toBe('HTTPS');
    expect(volumeMounts).toContainEqual(
      expect.objectContaining({ mountPath: '/etc/iot-telemetry/tls' }),
    );
    const { data } = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'iot-iot-telemetry-ingestion-api', // prettier-ignore
    )!;
    expect(data).toMatchObject({
      TLS_CERT_FILE: '/etc/iot-telemetry/tls/tls.crt',
      TLS_KEY_FILE: '/etc/iot-telemetry/tls/tls.key',
    });
    const monitors = ofKind(objects, 'PodMonitor').map(({ spec }) => [
      spec.podMetricsEndpoints[0].scheme,
      spec.selector.matchExpressions[0].values,
    ]);
    expect(monitors).toEqual(
      expect.arrayContaining([
        ['https', ['ingestion-api']],
        [undefined, OTHERS],
      ]),
    );
  });
});

describeWithHelm('names', () => {
  it('of two releases that begin alike are not the same, when they are cut', () => {
    const names = ['a', 'b'].map((last) => {
      const { objects } = render(TWO_VALUES, `${'r'.repeat(50)}${last}`);
      return ofKind(objects, 'Service').map(({ metadata }) => metadata.name);
    });
    expect(new Set(names.flat()).size).toBe(names.flat().length);
    expect(names.flat().filter((name) => name.length > 63)).toEqual([]);
  });

  it('of the Secrets of two hosts are two, and of one host one', () => {
    const secrets = (dashboard: string): unknown[] =>
      ofKind(
        objectsOf(
          ...TWO_VALUES,
          '--set',
          `auth.enabled=false,ingress.enabled=true,ingress.ingestion.host=a.example.com,ingress.dashboard.host=${dashboard}`,
        ),
        'Ingress',
      ).map(({ spec }) => spec.tls[0].secretName);
    expect(secrets('b.example.com').sort()).toEqual([
      'iot-iot-telemetry-dashboard-api-tls',
      'iot-iot-telemetry-ingestion-api-tls',
    ]);
    expect(secrets('a.example.com')).toEqual(['iot-iot-telemetry-tls', 'iot-iot-telemetry-tls']);
  });
});

describeWithHelm('network policies', () => {
  const matches = (selector: Manifest, labels: Manifest): boolean =>
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, values }: Manifest) =>
      values.includes(labels[key]),
    );

  it('select all pods of the release, and none of a chart beside this one in the same release', () => {
    const objects = objectsOf(...TWO_VALUES, ...EVERYTHING);
    const policies = ofKind(objects, 'NetworkPolicy');
    const ours = pods(objects).map((it) => podOf(it).metadata.labels);
    const common = { 'app.kubernetes.io/instance': 'iot' };
    const siblings = [
      { ...common, 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/component': 'test' },
      { ...common, 'app.kubernetes.io/name': 'iot-telemetry', 'app.kubernetes.io/component': 'x' },
      common,
    ];
    const selecting = (labels: Manifest): Manifest[] =>
      policies.filter(({ spec }) => matches(spec.podSelector, labels));
    for (const labels of ours) expect([labels, selecting(labels).length]).toEqual([labels, 2]);
    for (const labels of siblings) expect([labels, selecting(labels)]).toEqual([labels, []]);
  });
});

describeWithHelm('alerting rules', () => {
  const rules = (...args: string[]): Manifest[] =>
    ofKind(
      objectsOf(...TWO_VALUES, '--set', 'monitoring.rules.enabled=true', ...args),
      'PrometheusRule',
    ).flatMap(({ spec }) => spec.groups.flatMap((group: Manifest) => group.rules));

  it('look at the namespace of the release alone, in every selector', () => {
    for (const { alert, record, expr } of rules()) {
      const selectors = expr.match(/[a-z_:]+\{[^}]*\}/g) ?? [];
      const foreign = selectors.filter((it: string) => !it.includes('namespace="iot"'));
      expect([alert ?? record, selectors.length > 0, foreign]).toEqual([alert ?? record, true, []]);
    }
    const anywhere = rules('--set', 'monitoring.rules.ownNamespaceOnly=false');
    expect(anywhere.filter(({ expr }) => expr.includes('namespace="'))).toEqual([]);
  });

  it('are changed one by one, or not there', () => {
    const changed = ofKind(objectsOf(...EVERY), 'PrometheusRule').flatMap(({ spec }) =>
      spec.groups.flatMap((group: Manifest) => group.rules),
    );
    const lag = changed.find(({ alert }) => alert === 'IotConsumerLag');
    expect(lag).toMatchObject({
      expr: expect.stringMatching(/> 120$/),
      for: '10m',
      labels: { severity: 'critical', team: 'telemetry' },
    });
    expect(changed.map(({ alert }) => alert)).not.toContain('IotNoDataIngested');
    const others = rules().filter(({ alert }) => alert !== undefined);
    expect(changed.filter(({ alert }) => alert !== undefined)).toHaveLength(others.length - 1);
  });
});
