import { freePort, startService, workspaceRoot } from '@iot/local-stack';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { portWords, stackPorts } from './npm-start-words.js';

const SERVICES = ['ingestion-api', 'dashboard-api', 'aggregator-worker', 'alerts-worker'];
const CTL = join('tools', 'telemetryctl');
const PASSWORD = 'hunter2zq';

let folder: string;
let text: string;
let taken: Server;
let takenPort: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iot-bad-config-'));
  text = join(folder, 'ca.pem');
  writeFileSync(text, 'not a certificate');
  takenPort = await freePort();
  taken = createServer().listen(takenPort, '127.0.0.1');
});
afterAll(() => {
  taken.close();
  rmSync(folder, { recursive: true });
});

/** A process of ours with a bare environment: how it ended, and what it said on standard error. */
function run(
  project: string,
  env: Record<string, string>,
  words: string[] = [],
): Promise<{ code: unknown; said: string; ms: number }> {
  const began = performance.now();
  const main = join(workspaceRoot(), project, 'dist', 'main.js');
  const variables = {
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'error',
    ...env,
  };
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [main, ...words],
      { env: variables, timeout: 20_000 },
      (error, _stdout, stderr) =>
        resolve({
          code: error ? (error.code ?? error.signal) : 0,
          said: stderr.trim(),
          ms: performance.now() - began,
        }),
    ),
  );
}

/**
 * Each by a process or two: that all of them read the same rules is shown without starting them.
 */
const cases = (): [string[], Record<string, string>, RegExp][] => [
  [
    ['ingestion-api', 'aggregator-worker'],
    { HOST: 'no-such-host.invalid' },
    /^HOST is "no-such-host\.invalid"; allowed: an address of this/,
  ],
  [
    ['ingestion-api'],
    { HOST: '192.0.2.1' },
    /^HOST is "192\.0\.2\.1"; allowed: an address of this machine \(.*EADDRNOTAVAIL/,
  ],
  [
    ['alerts-worker'],
    { PORT: String(takenPort) },
    /^PORT is \d+; allowed: a free port \(.*EADDRINUSE/,
  ],
  [
    ['dashboard-api'],
    { MONGO_URL: `mongodb://me:${PASSWORD}@h:99999/` },
    /^MONGO_URL is "mongodb…"; allowed: /,
  ],
  [
    ['dashboard-api', 'alerts-worker'],
    { MONGO_URL: `mongodb://me:${PASSWORD}@h/?no=1` },
    /^MONGO_URL is "mongodb:\/\/…@h"; allowed: .*no/,
  ],
  [
    ['aggregator-worker'],
    { MONGO_URL: `mongodb://h/?tls=true&tlsCAFile=${text}` },
    /^MONGO_URL is .*; allowed: .*tlsCAFile/,
  ],
  [
    ['ingestion-api', 'dashboard-api'],
    { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: text },
    /^KAFKA_SSL_CA_FILE is ".*ca\.pem"; allowed: a PEM file/,
  ],
  [
    ['aggregator-worker'],
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: PASSWORD },
    /^KAFKA_SASL_MECHANISM is .*USERNAME is not set/,
  ],
  [
    SERVICES,
    { SENSORS_FILE: join(folder, 'none.json') },
    /^SENSORS_FILE is ".*none\.json"; allowed: /,
  ],
  [['ingestion-api'], { TLS_CERT_FILE: text, TLS_KEY_FILE: text }, /^TLS_CERT_FILE is /],
  [
    ['alerts-worker'],
    { DLQ_TOPIC: 'telemetry.raw' },
    /^DLQ_TOPIC is "telemetry\.raw" and TELEMETRY_TOPIC is /,
  ],
];

/** What has to be right before anything else is looked at. */
const OPEN = { AUTH: 'off', AUTH_OFF_IS_INTENDED: 'true' };

describe('a configuration that cannot be used', () => {
  it('ends each service with code 78 and a line, and never a stack or a password', async () => {
    for (const [services, env, line] of cases())
      for (const { code, said } of await Promise.all(
        services.map((service) => run(join('apps', service), { ...OPEN, ...env })),
      )) {
        expect({ env, code, said }).toEqual({
          env,
          code: 78,
          said: expect.stringMatching(/^\S+ cannot start: /),
        });
        const lines = said.replace(/^\S+ cannot start: /, '').split('\n');
        expect(lines[0]).toMatch(line);
        for (const one of lines) expect(one).toMatch(/^[A-Z_]+ is .*; allowed: /);
        expect(said).not.toContain(PASSWORD);
      }
  }, 180_000);

  it('ends telemetryctl with code 2 and the same lines', async () => {
    for (const [services, env, line] of cases()
      .filter(([, { HOST, PORT, TLS_CERT_FILE }]) => !(HOST ?? PORT ?? TLS_CERT_FILE))
      .slice(0, 4)) {
      const { code, said } = await run(CTL, env, ['verify']);
      expect({ services, env, code, said }).toEqual({
        services,
        env,
        code: 2,
        said: expect.stringMatching(line),
      });
      expect(said).not.toContain(PASSWORD);
    }
    const { code, said } = await run(CTL, {}, ['--brokers', 'localhost:99999', 'lag']);
    expect({ code, said }).toEqual({
      code: 2,
      said: expect.stringMatching(/^KAFKA_BOOTSTRAP_SERVERS is "localhost:99999"; allowed: /),
    });
  }, 60_000);

  it('ends npm start with a line: a data folder that cannot be written, and what a service refuses', async () => {
    const stack = join('workbench', 'local-stack');
    const { code, said, ms } = await run(stack, {}, ['--data', '/proc/nowhere', '--backends-only']);
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^--data is "\/proc\/nowhere"; allowed: a folder that can be written \(.*\)\.$/,
      ),
    });
    expect(ms).toBeLessThan(5000);
    const env = { KAFKA_BOOTSTRAP_SERVERS: 'localhost:99999', MONGO_URL: 'mongodb://localhost' };
    const words = ['--data', join(folder, 'data'), ...portWords(await stackPorts())];
    const refused = await run(stack, env, words);
    expect(refused).toMatchObject({
      code: 1,
      said: expect.stringMatching(/KAFKA_BOOTSTRAP_SERVERS is "localhost:99999"; allowed: /),
    });
    expect(refused.said).not.toMatch(/^\s+at /m);
  }, 60_000);
});

it('services that the local stack starts are not reached from the network, unless HOST says so', async () => {
  writeFileSync(
    join(folder, 'listens.mjs'),
    "import { createServer } from 'node:http'; createServer((_, a) => a.end()).listen(process.env.PORT, process.env.HOST ?? '0.0.0.0');",
  );
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const service = await startService({
    name: 'listens',
    port: await freePort(),
    env: {},
    entry: join(folder, 'listens.mjs'),
  });
  try {
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    if (outside)
      await expect(fetch(`http://${outside}:${service.port}/health/ready`)).rejects.toThrow();
  } finally {
    await service.stop();
  }
});
