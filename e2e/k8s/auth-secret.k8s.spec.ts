import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '@iot/local-stack';
import { CHART, cluster, deleteNamespace, kubeconfigOf, REQUIRED, restrictedNamespace } from './cluster.js';

const run = promisify(execFile);
const NAME = 'iot-telemetry-auth';
const ACCOUNT = 'iot-telemetry-auth-secret';

let namespace: string;
let env: NodeJS.ProcessEnv;
let kubeconfig: string;
beforeAll(async () => {
  namespace = await restrictedNamespace();
  // Without its Job: what that runs is run here, as its account.
  const hook = ['--show-only', 'templates/hooks/auth-secret.yaml'];
  const { stdout } = await cluster.helm(['template', 'iot-telemetry', CHART, '--namespace', namespace, ...REQUIRED, ...hook]);
  const objects = stdout.split(/^---$/m).filter((text) => !text.includes('kind: Job'));
  await cluster.kubectl(['apply', '--namespace', namespace, '--filename=-'], objects.join('---\n'));
  kubeconfig = await kubeconfigOf(namespace, ACCOUNT);
  const view = await cluster.kubectl([`--kubeconfig=${kubeconfig}`, 'config', 'view', '--raw', '--flatten', '--output=json']);
  const { clusters, users } = JSON.parse(view.stdout) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: [{ user: { token: string } }];
  };
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  // As a pod has it.
  const folder = join(dirname(cluster.kubeconfig), `${namespace}-account`);
  await mkdir(folder);
  await writeFile(join(folder, 'token'), users[0].user.token, { mode: 0o600 });
  await writeFile(join(folder, 'ca.crt'), Buffer.from(authority, 'base64'));
  await writeFile(join(folder, 'namespace'), namespace);
  const { hostname, port } = new URL(server);
  env = { KUBERNETES_ACCOUNT_DIR: folder, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, LABELS: '{"part":"auth"}' };
}, 300_000);
afterAll(() => deleteNamespace(namespace));

const make = async (name = NAME): Promise<string> => {
  const script = join(workspaceRoot(), 'ops', 'container', 'secrets.mjs');
  return (await run(process.execPath, [script, '--secret', name], { env })).stdout;
};
async function secret(): Promise<{ data: Record<string, string>; metadata: { labels: object } }> {
  const { stdout } = await cluster.kubectl(['get', 'secret', NAME, '--namespace', namespace, '--output=json']);
  return JSON.parse(stdout) as never;
}

it('is made once, completed where a key is missing, and otherwise left alone', async () => {
  expect(await make()).toBe('made: credentials-secret, signing-key, admin-password\n');
  const first = await secret();
  expect(Object.keys(first.data).sort()).toEqual(['admin-password', 'credentials-secret', 'signing-key']);
  expect(first.metadata.labels).toEqual({ part: 'auth' });
  expect(await make()).toBe('all secrets are there\n');
  const patch = JSON.stringify({ data: { 'signing-key': null, other: 'eA==' } });
  await cluster.kubectl(['patch', 'secret', NAME, '--namespace', namespace, '--type=merge', `--patch=${patch}`]);
  expect(await make()).toBe('made: signing-key\n');
  const second = await secret();
  expect(second.data).toMatchObject({ 'admin-password': first.data['admin-password'], other: 'eA==' });
  expect(second.data['signing-key']).not.toBe(first.data['signing-key']);
}, 120_000);

it('is the only one that the account of the Job may read or change', async () => {
  await cluster.kubectl(['create', 'secret', 'generic', 'another', '--namespace', namespace, '--from-literal=a=b']);
  await expect(make('another')).rejects.toThrow(/cannot read the Secret another: 403/);
  for (const forbidden of [['get', 'secrets'], ['get', 'secret', 'another'], ['delete', 'secret', NAME], ['get', 'pods']])
    await expect(cluster.kubectl([`--kubeconfig=${kubeconfig}`, ...forbidden])).rejects.toThrow(/forbidden/i);
}, 120_000);
