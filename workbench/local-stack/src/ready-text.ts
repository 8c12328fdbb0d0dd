import { join } from 'node:path';
import type { ServiceEntry } from './options.js';

export interface RunningStack {
  services: readonly ServiceEntry[];
  /** "127.0.0.1:9092", with a word on where it comes from. */
  kafka: string;
  mongo: string;
  mqtt: string;
  dataDir: string;
  /** Where the secrets are; undefined: nobody is asked who one is. */
  secrets?: string | undefined;
  /** The file with a key for any device. */
  keyFile?: string | undefined;
  seconds: number;
}

/** The block that is printed once everything is ready: addresses, and a first thing to try. */
export function readyText(stack: RunningStack): string {
  const rows: [string, string][] = stack.services.map((service) => [
    service.name,
    serviceAddresses(service),
  ]);
  rows.push(
    ['Kafka', stack.kafka],
    ['MongoDB', stack.mongo],
    ['MQTT', stack.mqtt],
    ['data and logs', stack.dataDir],
  );
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [
    '',
    `Ready after ${stack.seconds.toFixed(1)} s.`,
    '',
    ...thePage(stack),
    ...rows.map(([name, where]) => `  ${name.padEnd(width)}${where}`),
    '',
    ...firstSteps(stack),
    ...whoMay(stack),
    'Press Ctrl-C to stop.',
  ].join('\n');
}

/** What people look at, before all else. */
function thePage({ services }: RunningStack): string[] {
  const dashboard = services.find(({ name }) => name === 'dashboard-api');
  return dashboard
    ? [`Open http://localhost:${dashboard.port} in a browser to watch what happens.`, '']
    : [];
}

function serviceAddresses({ port, docs }: ServiceEntry): string {
  return (
    `http://localhost:${port}` +
    (docs ? `   http://localhost:${port}/docs` : `   http://localhost:${port}/metrics`)
  );
}

function firstSteps(stack: RunningStack): string[] {
  const { services, keyFile } = stack;
  const port = (name: string): number | undefined =>
    services.find((service) => service.name === name)?.port;
  const [ingestion, dashboard] = [port('ingestion-api'), port('dashboard-api')];
  if (ingestion === undefined) return [];
  const key =
    keyFile === undefined ? '' : `-H "authorization: Bearer $(cat ${shellWord(keyFile)})" `;
  const lines = [
    'Send a reading' + (dashboard === undefined ? ':' : ', and see it rolled up:'),
    `  curl -X POST http://localhost:${ingestion}/ingest ${key}-H 'content-type: application/json' -d '{"device_id":"sensor-1","temperature_c":21.5,"humidity":48}'`,
  ];
  if (dashboard !== undefined)
    lines.push(
      ...(keyFile === undefined
        ? [`  curl http://localhost:${dashboard}/devices/sensor-1/aggregates`]
        : [
            `  TOKEN=$(${elsewhere(stack)}npm run --silent ctl -- --quiet tokens create --name me --role viewer)`,
            `  curl http://localhost:${dashboard}/devices/sensor-1/aggregates -H "authorization: Bearer $TOKEN"`,
          ]),
    );
  return [...lines, ''];
}

/** What there is to know of who may do what. */
function whoMay(stack: RunningStack): string[] {
  const { services, secrets } = stack;
  if (services.length === 0) return [];
  if (secrets === undefined)
    return [
      'AUTH is off: nobody is asked who one is. npm start -- --auth asks for keys and log-ins.',
      '',
    ];
  const sealing = `CREDENTIALS_SECRET_FILE=${shellWord(join(secrets, 'credentials-secret'))}`;
  return [
    `AUTH is on. The user admin has the password in ${join(secrets, 'admin-password')}`,
    'More keys for devices, and groups of them:',
    `  ${elsewhere(stack)}npm run ctl -- keys create --name NAME --scope 'plant-7.*'`,
    `  ${elsewhere(stack)}${sealing} npm run ctl -- groups create --name NAME`,
    '',
  ];
}

/** Variables for tools where Kafka and MongoDB are not where these look by themselves. */
function elsewhere({ kafka, mongo }: RunningStack): string {
  const [url = ''] = mongo.split(' ');
  return [
    kafka === '127.0.0.1:9092' ? '' : `KAFKA_BOOTSTRAP_SERVERS=${shellWord(kafka)} `,
    // One with a password is known to who set it.
    /^mongodb:\/\/127\.0\.0\.1:27017\/?$|…/.test(url) ? '' : `MONGO_URL=${shellWord(url)} `,
  ].join('');
}

/** A path as a shell takes it for one word. */
const shellWord = (path: string): string =>
  /^[\w.,:/-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
