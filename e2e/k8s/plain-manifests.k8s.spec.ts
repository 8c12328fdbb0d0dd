import { join } from 'node:path';
import { command, CommandError } from '@iot/local-cluster';
import { workspaceRoot } from '@iot/local-stack';
import { cluster, COMPONENTS, describeLocally, objects } from './cluster.js';

const NAMESPACE = 'iot-telemetry';

/**
 * k8s/deploy.sh as a person runs it, on this cluster. Only on one of our own making: it has a
 * namespace of a fixed name, which a cluster of yours may hold already.
 */
describeLocally('k8s/deploy.sh', () => {
  const deploy = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    command(join(workspaceRoot(), 'k8s', 'deploy.sh'), args, {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig, PATH: `${cluster.bin}:${process.env['PATH']}`, ...env },
    });
  const names = async (kind: string): Promise<string[]> => (await objects(NAMESPACE, kind)).map(({ metadata }) => metadata.name);
  afterAll(() => cluster.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']));

  it('puts everything there, waits for it, says where it is, and takes it away again', async () => {
    const { stdout, stderr } = await deploy(['--timeout', '120'], {
      KAFKA_BOOTSTRAP_SERVERS: 'kafka.example.com:9092',
      MONGO_URL: 'mongodb://mongo.example.com:27017',
    });
    expect(stderr).not.toMatch(/warning/i);
    expect(stdout).toContain('The platform runs.');
    const services = COMPONENTS.map((name) => `iot-telemetry-${name}`);
    expect(await names('deployments')).toEqual(services);
    const configured = (await objects(NAMESPACE, 'configmaps')) as unknown as { data?: Record<string, string> }[];
    expect(configured.flatMap(({ data }) => data?.['KAFKA_BOOTSTRAP_SERVERS'] ?? [])).toContain('kafka.example.com:9092');
    expect(await names('statefulsets')).toEqual([]);

    await deploy(['--delete', '--timeout', '120']);
    await expect(cluster.kubectl(['get', 'namespace', NAMESPACE])).rejects.toThrow(CommandError);
  }, 400_000);

  it('changes nothing the second time, and restarts no pod', async () => {
    // A generation grows with each change of what is wanted; ConfigMaps and Secrets have none.
    const state = async (): Promise<string[]> =>
      (await objects(NAMESPACE, 'all,configmaps,secrets,poddisruptionbudgets,networkpolicies'))
        .map((it) => it as unknown as { kind: string; metadata: Record<string, string> })
        .filter(({ kind }) => kind !== 'HorizontalPodAutoscaler')
        .map(({ kind, metadata }) => `${kind} ${metadata['uid']} ${metadata['generation'] ?? (kind === 'Pod' ? '' : metadata['resourceVersion'])}`) // prettier-ignore
        .sort();
    await deploy(['--timeout', '120']);
    const before = await state();
    const { stdout } = await deploy(['--timeout', '120']);
    expect(stdout).not.toContain('restarted');
    expect(await state()).toEqual(before);
    await deploy(['--delete', '--timeout', '120']);
  }, 400_000);

  it('brings Kafka and MongoDB of one node each, when it is told of none', async () => {
    const { stderr } = await deploy(['--timeout', '120']);
    expect(stderr).not.toMatch(/warning/i);
    expect(await names('statefulsets')).toEqual(['iot-telemetry-kafka', 'iot-telemetry-mongo']);
    await deploy(['--delete', '--timeout', '120']);
  }, 400_000);
});
