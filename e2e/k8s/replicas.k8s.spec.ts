import { CHART, cluster, deleteNamespace, describeLocally, objects, REQUIRED, restrictedNamespace, WAIT } from './cluster.js'; // prettier-ignore

const NAME = 'iot-telemetry';
const WORKER = `${NAME}-aggregator-worker`;

/** What an upgrade does to the number of pods, by what the controllers say that they did. */
describeLocally('the number of pods, over upgrades', () => {
  let namespace: string;
  beforeEach(async () => {
    namespace = await restrictedNamespace();
  }, 60_000);
  afterEach(() => deleteNamespace(namespace));

  const helm = (verb: 'install' | 'upgrade', ...settings: string[]) =>
    cluster.helm([
      ...[verb, NAME, CHART, '--namespace', namespace, ...REQUIRED, ...WAIT],
      ...['init.enabled=false', ...settings].flatMap((set) => ['--set', set]),
    ]);
  const scaled = (replicas: number) =>
    cluster.kubectl(['scale', 'deployment', WORKER, `--replicas=${replicas}`, '--namespace', namespace]); // prettier-ignore
  const replicas = async (): Promise<number> =>
    (await objects(namespace, 'deployments')).find(({ metadata }) => metadata.name === WORKER)!.spec.replicas; // prettier-ignore
  /** Whether pods of the worker were ever taken away. */
  const takenAway = async (): Promise<string[]> =>
    (await objects(namespace, 'events', '--field-selector=reason=ScalingReplicaSet'))
      .map((it) => it as unknown as { involvedObject: { name: string }; message: string })
      .filter(({ involvedObject }) => involvedObject.name === WORKER)
      .map(({ message }) => message)
      .filter((message) => message.startsWith('Scaled down'));

  it('stays what an autoscaler of yours made it', async () => {
    const yours = ['aggregator.autoscaling.enabled=false', 'aggregator.replicas=null'];
    await helm('install', ...yours);
    await scaled(4);
    await helm('upgrade', ...yours, 'thresholds.TEMP_MAX_THRESHOLD=45');
    expect([await replicas(), await takenAway()]).toEqual([4, []]);
  }, 240_000);

  it('stays when the autoscaler is turned on, and with each upgrade after that', async () => {
    await helm('install', 'aggregator.autoscaling.enabled=false', 'aggregator.replicas=6');
    // The pods are idle here: the autoscaler alone would take some away.
    const on = [
      'aggregator.autoscaling.maxReplicas=8',
      'aggregator.autoscaling.behavior.scaleDown.selectPolicy=Disabled',
    ];
    await helm('upgrade', ...on);
    expect([await replicas(), await takenAway()]).toEqual([6, []]);
    await scaled(7);
    await helm('upgrade', ...on, 'thresholds.TEMP_MAX_THRESHOLD=45');
    expect([await replicas(), await takenAway()]).toEqual([7, []]);
  }, 240_000);

  it('is reached on tainted nodes, hooks and all', async () => {
    const taint = (end: string) =>
      cluster.kubectl(['taint', 'nodes', '--all', `dedicated=iot:NoSchedule${end}`]);
    await taint('');
    try {
      await cluster.helm([
        ...['install', NAME, CHART, '--namespace', namespace, ...REQUIRED, ...WAIT],
        ...['--set', 'podDefaults.tolerations[0].operator=Exists'],
      ]);
      expect(await objects(namespace, 'jobs')).toEqual([]);
    } finally {
      await taint('-');
    }
  }, 240_000);
});
