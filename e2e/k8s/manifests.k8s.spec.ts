import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, ensureTool, writeSchemas } from '@iot/local-cluster';
import { CHART, cluster, deleteNamespace, REQUIRED, restrictedNamespace, VALUES } from './cluster.js';

const cases = [['two values', REQUIRED] as const, ...VALUES.map(([name, file]) => [name, ['--values', file]] as const)];
/** Secrets that the values files name and no cluster has here. */
const NO_SECRETS = ['--set', 'checkSecrets=false'];

let namespace: string;
let folder: string;
let kubeconform: (manifests: string) => Promise<{ valid: number; problems: string[] }>;

beforeAll(async () => {
  namespace = await restrictedNamespace();
  // Nothing is really created below, and a pod is admitted only when its service account is there;
  // those of Deployments are not asked for before there are pods.
  for (const account of ['iot-telemetry-init', 'iot-telemetry-test', 'telemetry-test', 'edge'])
    await cluster.kubectl(['create', 'serviceaccount', account, '--namespace', namespace]);
  folder = await mkdtemp(join(tmpdir(), 'iot-schemas-'));
  const location = await writeSchemas(cluster, folder);
  const program = await ensureTool('kubeconform', { onBuild: (line) => console.error(line) });
  kubeconform = async (manifests) => {
    const args = ['-strict', '-summary', '-output=json', `-schema-location=${location}`];
    const { stdout } = await command(program, args, { input: manifests }).catch((error: { stdout: string }) => error);
    const { resources, summary } = JSON.parse(stdout) as {
      resources: { kind: string; name: string; status: string; msg: string }[];
      summary: { valid: number };
    };
    return { valid: summary.valid, problems: resources.map(({ kind, name, status, msg }) => `${kind} ${name}: ${status} ${msg}`) };
  };
}, 1_200_000);

afterAll(async () => {
  await deleteNamespace(namespace);
  await rm(folder, { recursive: true, force: true });
});

const render = async (values: readonly string[]): Promise<string> =>
  (await cluster.helm(['template', 'iot-telemetry', CHART, '--namespace', namespace, ...values, ...NO_SECRETS])).stdout;

describe('the manifests of the chart', () => {
  it.each(cases)('with %s: no complaint from helm lint', async (_, values) => {
    const { stdout } = await cluster.helm(['lint', '--strict', CHART, ...values]);
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(stdout).not.toMatch(/\[(WARNING|ERROR)\]/);
  });

  it.each(cases)('with %s: only fields and types that the API server knows', async (_, values) => {
    const { valid, problems } = await kubeconform(await render(values));
    expect(problems).toEqual([]);
    expect(valid).toBeGreaterThan(15);
  });

  it.each(cases)('with %s: every object admitted under Pod Security "restricted", without a warning', async (_, values) => {
    const manifests = await render(values);
    const { stdout, stderr } = await cluster.kubectl(
      ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--namespace', namespace, '--filename=-'],
      manifests,
    );
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').length).toBeGreaterThan(15);
  });

  it('are looked at closely: a misspelt field, a wrong type and a pod that is privileged do not get through', async () => {
    const good = await render(REQUIRED);
    expect((await kubeconform(good.replace('terminationGracePeriodSeconds:', 'terminationGraceSeconds:'))).problems).toEqual([
      expect.stringContaining('terminationGraceSeconds'),
    ]);
    expect((await kubeconform(good.replace(/minReplicas: \d/, 'minReplicas: two'))).problems).toHaveLength(1);
    const privileged = good.replace('allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true');
    const { stderr } = await cluster.kubectl(['apply', '--dry-run=server', '--namespace', namespace, '--filename=-'], privileged);
    expect(stderr).toContain('would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false');
  });
});
