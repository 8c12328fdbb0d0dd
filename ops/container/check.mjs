/**
 * Runs the built image for real, on this machine's network, with Kafka and the MongoDB stand-in of
 * workbench/local-stack: the services, each with a read-only root and no capabilities, until Docker
 * calls them healthy; the tour; the load generator and `telemetryctl verify` from the same image;
 * then `docker stop`. Exits 1 at the first thing that is not as it should be, and leaves nothing
 * running.
 *
 * docker build -t iot-telemetry:local . && npm run build && node ops/container/check.mjs [image]
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  freePorts,
  startKafka,
  startMongo,
  startMqtt,
} from '../../workbench/local-stack/dist/index.js';
import { PROGRAMS } from './programs.mjs';

const image = process.argv[2] ?? 'iot-telemetry:local';
const here = dirname(fileURLToPath(import.meta.url));
const SERVICES = Object.keys(PROGRAMS).filter((name) => PROGRAMS[name].port !== undefined);
const HEALTHY_WITHIN_MS = 90_000;
const HARDENED = [
  '--network',
  'host',
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
];

/** Runs docker: { code, out }, out being what it wrote to both streams. */
function docker(...args) {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' });
  return { code: status, out: `${stdout}${stderr}`.trim() };
}
function must(...args) {
  const { code, out } = docker(...args);
  strictEqual(code, 0, `docker ${args.join(' ')}: ${out}`);
  return out;
}
const inspect = (what, format) => must('inspect', '--format', format, what);
const env = (variables) =>
  Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
const say = (what, result) => console.log(`ok      ${what.padEnd(52)} ${result}`);

const data = mkdtempSync(join(tmpdir(), 'iot-containers-'));
const started = [];
const ids = {};
try {
  say('image size', `${(Number(inspect(image, '{{.Size}}')) / 1e6).toFixed(0)} MB`);
  const user = inspect(image, '{{.Config.User}}');
  ok(/^[1-9]/.test(user), `the image runs as ${user || 'root'}`);
  say('image user', user);
  strictEqual(docker('run', '--rm', image).code, 78);
  strictEqual(docker('run', '--rm', ...env({ SERVICE: 'dashboard' }), image).code, 78);
  say('without a SERVICE, with an unknown one', 'exit code 78');
  const early = must('run', '--detach', ...env({ SERVICE: 'ingestion-api' }), image);
  await delay(500); // Node itself has begun; the service still loads its modules.
  must('stop', '--time', '30', early);
  ok(
    ['0', '143'].includes(inspect(early, '{{.State.ExitCode}}')),
    'a stop while it starts is not heard',
  );
  must('rm', early);
  say('stopped while it starts', 'exit code 0 or 143');

  const kafka = await startKafka({ dataDir: join(data, 'kafka') });
  started.push(kafka);
  const mongo = await startMongo({ dataDir: join(data, 'mongo') });
  started.push(mongo);
  const mqtt = await startMqtt({ dataDir: join(data, 'mqtt'), embedded: true });
  started.push(mqtt);
  const backends = {
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    MONGO_URL: mongo.url,
    MQTT_URL: mqtt.url,
  };
  const ports = await freePorts(SERVICES.length);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  SERVICES.forEach((SERVICE, i) => {
    const own = env({
      ...{ ...backends, SERVICE, PORT: ports[i] },
      ...{ HOST: '127.0.0.1', AUTH: 'off' },
    });
    ids[SERVICE] = must('run', '--detach', ...HARDENED, '--health-interval', '2s', ...own, image);
  });
  const began = performance.now();
  for (const [name, id] of Object.entries(ids)) {
    let health;
    do {
      await delay(250);
      strictEqual(inspect(id, '{{.State.Status}}'), 'running', docker('logs', id).out);
      health = inspect(id, '{{.State.Health.Status}}');
    } while (health !== 'healthy' && performance.now() - began < HEALTHY_WITHIN_MS);
    strictEqual(health, 'healthy', docker('logs', id).out);
    say(
      `${name} is healthy, and ready to be`,
      must('exec', id, 'node', '-p', 'process.getuid() + " " + process.version'),
    );
  }

  const tour = spawnSync(process.execPath, [join(here, 'tour.mjs'), ...urls], { stdio: 'inherit' });
  strictEqual(tour.status, 0);

  const panels = JSON.parse(
    readFileSync(
      join(here, '..', '..', 'helm', 'iot-telemetry', 'files', 'dashboards', 'pipeline.json'),
      'utf8',
    ),
  ).panels;
  const asked = new Set(
    panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => metricNames(expr))),
  );
  const pages = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const emitted = new Set([
    'up',
    ...pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)),
  ]);
  const unknown = [...asked].filter((name) => !emitted.has(name));
  deepStrictEqual(unknown, [], 'the dashboard asks for metrics that no service has');
  say('metrics that the dashboard asks for', `${asked.size}, all of them emitted`);

  const load = [
    '--base-url',
    urls[0],
    '--check',
    urls[1],
    '--devices',
    '10',
    '--rps',
    '5',
    '--duration',
    '5s',
  ];
  must('run', '--rm', ...HARDENED, ...env({ SERVICE: 'load-generator' }), image, ...load);
  say('load generator: all accepted, all counted', load.slice(4).join(' '));
  const verify = must(
    'run',
    '--rm',
    ...HARDENED,
    ...env({ ...backends, SERVICE: 'telemetryctl' }),
    image,
    'verify',
    '--quiet',
  );
  say('telemetryctl verify', verify.split('\n').at(-1));

  for (const [name, id] of Object.entries(ids)) {
    const from = performance.now();
    must('stop', '--time', '30', id);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    strictEqual(inspect(id, '{{.State.ExitCode}}'), '0', docker('logs', '--tail', '20', id).out);
    say(`${name} stopped by SIGTERM`, `exit code 0 after ${seconds} s`);
  }
} finally {
  for (const id of Object.values(ids)) docker('rm', '--force', id);
  for (const backend of started.reverse()) await backend.stop();
  rmSync(data, { recursive: true, force: true });
}

/** Names of the metrics in a query; those of a histogram's series without their ending. */
function metricNames(expr) {
  const words =
    expr
      .replace(/\{[^}]*\}|\[[^\]]*\]|\b(by|without)\s*\([^)]*\)/g, ' ')
      .match(/[a-z_][a-z0-9_]*(?!\w*\s*\()/g) ?? [];
  return words
    .filter((word) => word.includes('_') && word !== 'histogram_quantile')
    .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}
