import {
  describeWithHelm,
  type Manifest,
  MATRIX,
  objectsOf,
  ofKind,
  podOf,
  render,
  RUNS_PODS,
} from './chart.js';

/** Accounts that the values name, and the chart does not make. */
const YOURS = ['edge'];
/** It serves nobody: there is nothing to ask it, and one of it is enough. */
const isToolbox = ({ metadata }: Manifest): boolean => /-toolbox$/.test(metadata.name);
const OWN_USER = {
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  fsGroupChangePolicy: 'OnRootMismatch',
};

/**
 * What kube-linter and Polaris ask for by default, and what Pod Security's "restricted" does, asked
 * of every set of values. The names in brackets are those of the checks (p: Polaris). A check that
 * does not apply has its exemption as an annotation on the object.
 */
describeWithHelm('the usual checks', () => {
  describe.each(MATRIX)('%s', (name, values) => {
    let objects: Manifest[];
    let pods: [name: string, owner: Manifest, template: Manifest][];
    beforeAll(() => {
      objects = objectsOf('-f', values);
      pods = ofKind(objects, ...RUNS_PODS).map((it) => [
        `${it.kind} ${it.metadata.name}`,
        it,
        podOf(it),
      ]);
    });
    const each = (check: (template: Manifest, owner: Manifest) => unknown): unknown[] =>
      pods.map(([name, owner, template]) => [name, check(template, owner)]);
    const all = (value: unknown): unknown[] => pods.map(([name]) => [name, value]);
    const containers = (template: Manifest): Manifest[] => [
      ...template.spec.containers,
      ...(template.spec.initContainers ?? []),
    ];
    const distinct = (list: Manifest[]): Manifest[] =>
      [...new Set(list.map((it) => JSON.stringify(it)))].map((it) => JSON.parse(it) as Manifest);
    const exempt = (it: Manifest, check: string): boolean =>
      it.metadata.annotations?.[`polaris.fairwinds.com/${check}-exempt`] === 'true';
    const has = (labels: Manifest, selector: Manifest): boolean =>
      Object.entries(selector).every(([key, value]) => labels[key] === value);

    it('runs nothing with privileges [run-as-non-root, no-read-only-root-fs, privilege-escalation-container, drop-net-raw-capability; p: linuxHardening, insecureCapabilities, notReadOnlyRootFilesystem]', () => {
      const restricted = ({ spec }: Manifest): unknown => [
        spec.securityContext,
        ...distinct(containers({ spec }).map(({ securityContext }) => securityContext)),
        spec.hostNetwork ?? spec.hostPID ?? spec.hostIPC ?? 'own namespaces',
        (spec.volumes ?? []).filter((volume: Manifest) => 'hostPath' in volume),
      ];
      // The platform chooses the user and the group there.
      const chosen = name === 'openshift' ? {} : OWN_USER;
      const pod = { runAsNonRoot: true, ...chosen };
      const container = {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      };
      expect(each(restricted)).toEqual(
        all([
          { ...pod, seccompProfile: { type: 'RuntimeDefault' } },
          container,
          'own namespaces',
          [],
        ]),
      );
    });

    it('has a request and a limit of CPU and memory everywhere [unset-cpu-requirements, unset-memory-requirements]', () => {
      const set = { cpu: expect.anything(), memory: expect.anything() };
      for (const [of, , template] of pods)
        for (const { resources } of containers(template))
          expect([of, resources]).toEqual([of, { requests: set, limits: set }]);
    });

    it('runs images of one version [latest-tag; p: tagNotSpecified, pullPolicyNotAlways]', () => {
      const pinned = expect.stringMatching(/^[^:@]+(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/);
      for (const [of, , template] of pods)
        for (const { image } of containers(template)) expect([of, image]).toEqual([of, pinned]);
      const ours = pods.filter(([, { kind }]) => kind !== 'StatefulSet');
      for (const [name, owner, template] of ours)
        expect([name, exempt(owner, 'pullPolicyNotAlways')]).toEqual([
          name,
          template.spec.containers[0].imagePullPolicy !== 'Always',
        ]);
    });

    it('gives each its own service account, and none a token that it does not use [non-existent-service-account; p: automountServiceAccountToken]', () => {
      const accounts = ofKind(objects, 'ServiceAccount');
      const names = accounts.map(({ metadata }) => metadata.name);
      expect(
        each(
          ({ spec }) =>
            (names.includes(spec.serviceAccountName) || YOURS.includes(spec.serviceAccountName)) &&
            spec.automountServiceAccountToken,
        ),
      ).toEqual(all(false));
      expect(new Set(pods.map(([, , { spec }]) => spec.serviceAccountName)).size).toBe(pods.length);
      expect(
        accounts.filter(
          ({ automountServiceAccountToken }) => automountServiceAccountToken !== false,
        ),
      ).toEqual([]);
      const tokens = pods.filter(([, , { spec }]) =>
        JSON.stringify(spec.volumes ?? []).includes('serviceAccountToken'),
      );
      const bound = ofKind(objects, 'RoleBinding').map(({ subjects }) => subjects[0].name);
      expect(tokens.map(([, , { spec }]) => spec.serviceAccountName).sort()).toEqual(bound.sort());
    });

    it('asks every server how it is, on a port that it has [no-liveness-probe, no-readiness-probe, liveness-port, readiness-port, startup-port]', () => {
      for (const [name, owner, template] of pods.filter(
        ([, it]) => (it.kind === 'Deployment' || it.kind === 'StatefulSet') && !isToolbox(it),
      )) {
        const [{ ports, startupProbe, livenessProbe, readinessProbe }] = template.spec.containers;
        const asked = [startupProbe, livenessProbe, readinessProbe].map(
          (probe) => (probe.httpGet ?? probe.tcpSocket).port,
        );
        expect([name, asked]).toEqual([name, [ports[0].name, ports[0].name, ports[0].name]]);
        expect([name, ports.map(({ containerPort }: Manifest) => containerPort > 1024)]).toEqual([
          name,
          [true],
        ]);
        expect(owner.spec.selector.matchLabels).not.toHaveProperty(['app.kubernetes.io/version']);
      }
    });

    it('spreads pods over nodes and zones [no-anti-affinity; p: topologySpreadConstraint]', () => {
      for (const it of ofKind(objects, 'Deployment')) {
        const { metadata, spec } = it;
        const { topologySpreadConstraints: constraints, affinity } = spec.template.spec;
        if (isToolbox(it)) continue;
        const keys = constraints.map((each: Manifest) => each.topologyKey);
        expect([metadata.name, keys]).toEqual([
          metadata.name,
          name === 'every' && metadata.name.includes('aggregator')
            ? ['topology.kubernetes.io/zone']
            : ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
        ]);
        expect(
          constraints.every((it: Manifest) =>
            has(spec.template.metadata.labels, it.labelSelector.matchLabels),
          ),
        ).toBe(true);
        expect(affinity).toBeDefined();
      }
    });

    it('takes pods by labels that only they have [mismatching-selector, dangling-service]', () => {
      const targets = ofKind(
        objects,
        'Service',
        'PodDisruptionBudget',
        'Deployment',
        'StatefulSet',
      ).map((it) => ({
        name: `${it.kind} ${it.metadata.name}`,
        selector: it.kind === 'Service' ? it.spec.selector : it.spec.selector.matchLabels,
      }));
      for (const { name, selector } of targets) {
        const taken = pods
          .filter(([, , template]) => has(template.metadata.labels, selector))
          .map(([, owner]) => owner.metadata.name);
        expect([name, taken]).toEqual([name, [name.split(' ')[1]]]);
      }
    });

    it('lets nodes be emptied [pdb-max-unavailable, pdb-unhealthy-pod-eviction-policy; p: missingPodDisruptionBudget, pdbDisruptionsIsZero]', () => {
      for (const { spec } of ofKind(objects, 'PodDisruptionBudget')) {
        expect(spec).toMatchObject({
          maxUnavailable: expect.anything(),
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
        });
        expect(spec.maxUnavailable).not.toBe(0);
      }
    });

    it('leaves the number of replicas to the autoscaler that there is [dangling-horizontalpodautoscaler; p: deploymentMissingReplicas, hpaMinAvailability, hpaMaxAvailability]', () => {
      const scalers = ofKind(objects, 'HorizontalPodAutoscaler', 'ScaledObject');
      const scaled = scalers.map(({ spec }) => spec.scaleTargetRef.name);
      expect(new Set(scaled).size).toBe(scaled.length);
      for (const it of ofKind(objects, 'Deployment')) {
        const deployment = it.metadata.name;
        const another = name === 'every' && deployment.includes('aggregator');
        const owned = scaled.includes(deployment) || another;
        expect([deployment, 'replicas' in it.spec]).toEqual([deployment, !owned]);
        expect([deployment, exempt(it, 'deploymentMissingReplicas')]).toEqual([
          deployment,
          !(it.spec.replicas >= 2),
        ]);
      }
      for (const it of ofKind(objects, 'HorizontalPodAutoscaler')) {
        expect(it.spec.maxReplicas).toBeGreaterThan(it.spec.minReplicas);
        expect(exempt(it, 'hpaMinAvailability')).toBe(it.spec.minReplicas < 2);
      }
    });

    it('has a network policy for every pod, and one with exactly one of its labels [p: missingNetworkPolicy]', () => {
      const policies = ofKind(objects, 'NetworkPolicy');
      if (policies.length === 0) return;
      const shared = ({ spec }: Manifest, labels: Manifest): number =>
        Object.entries(spec.podSelector.matchLabels).filter(([key, value]) => labels[key] === value)
          .length;
      for (const [name, , { metadata }] of pods) {
        const mine = policies.filter(({ spec }) =>
          has(metadata.labels, spec.podSelector.matchLabels),
        );
        expect([name, mine.length]).toEqual([name, 2]);
        expect([
          name,
          mine.some((it) => shared(it, metadata.labels) === 1 && it.spec.ingress && it.spec.egress),
        ]).toEqual([name, true]);
      }
    });

    it('sets no variable twice and none that is a secret in the open [duplicate-env-var, env-var-secret; p: sensitiveContainerEnvVar, sensitiveConfigmapContent]', () => {
      const maps = new Map(
        ofKind(objects, 'ConfigMap').map(({ metadata, data }) => [metadata.name, data]),
      );
      const open = /password|token|secret|bearer|BEGIN .*PRIVATE KEY/i;
      for (const [name, , { spec }] of pods)
        for (const { env = [], envFrom = [] } of spec.containers) {
          const data = envFrom.flatMap(({ configMapRef }: Manifest) =>
            Object.entries(maps.get(configMapRef.name) as object),
          );
          const names = [
            ...env.map((it: Manifest) => it.name),
            ...data.map(([key]: [string, string]) => key),
          ];
          expect([name, names.filter((it, i) => names.indexOf(it) !== i)]).toEqual([name, []]);
          const plain = [
            ...env
              .filter((it: Manifest) => 'value' in it)
              .map((it: Manifest) => `${it.name}=${it.value}`),
            ...data.map(String),
          ];
          expect([name, plain.filter((it) => open.test(it) || /\/\/[^@/]*@/.test(it))]).toEqual([
            name,
            [],
          ]);
        }
    });

    it('ends Jobs and removes them [job-ttl-seconds-after-finished]', () => {
      for (const { spec } of ofKind(objects, 'Job'))
        expect(spec.ttlSecondsAfterFinished).toBeGreaterThan(0);
    });

    it('has TLS on every Ingress, whose Service and port exist [dangling-ingress; p: tlsSettingsMissing]', () => {
      const ports = new Map(
        ofKind(objects, 'Service').map(({ metadata, spec }) => [metadata.name, spec.ports[0].name]),
      );
      for (const { spec } of ofKind(objects, 'Ingress')) {
        expect(spec.tls[0].hosts).toEqual([spec.rules[0].host]);
        for (const { backend } of spec.rules[0].http.paths)
          expect(ports.get(backend.service.name)).toBe(backend.service.port.name);
      }
    });

    it('gives all objects a namespace and the usual labels, and roles no more than is said [use-namespace; p: metadataAndInstanceMismatched]', () => {
      for (const { kind, metadata } of objects) {
        expect([kind, metadata.name, metadata.namespace]).toEqual([kind, metadata.name, 'iot']);
        expect(metadata.name.length).toBeLessThan(64);
        expect(metadata.labels).toMatchObject({
          'app.kubernetes.io/name': 'iot-telemetry',
          'app.kubernetes.io/instance': 'iot',
        });
      }
      const rules = ofKind(objects, 'Role').flatMap((role) =>
        role.rules.map(({ resources, verbs }: Manifest) => `${verbs} ${resources}`),
      );
      const allowed = [
        'get,list deployments',
        'get,list pods',
        'get,list horizontalpodautoscalers',
        'get,list,watch configmaps',
        'create events',
        'get,patch secrets',
        'create secrets',
      ];
      expect(allowed).toEqual(expect.arrayContaining(rules));
      for (const it of ofKind(objects, 'Deployment', 'Job'))
        expect(exempt(it, 'metadataAndInstanceMismatched')).toBe(true);
    });
  });

  it("gives names that Kubernetes takes, however long the release's is", () => {
    const { objects, error } = render(
      ['-f', MATRIX.find(([name]) => name === 'load')![1], '--set', 'verify.enabled=true'],
      'r'.repeat(53),
    );
    expect(error).toBe('');
    expect(objects.map(({ metadata }) => metadata.name).filter((name) => name.length > 63)).toEqual(
      [],
    );
    expect(ofKind(objects, 'CronJob').filter(({ metadata }) => metadata.name.length > 52)).toEqual(
      [],
    );
  });
});
