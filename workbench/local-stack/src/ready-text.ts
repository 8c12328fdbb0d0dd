import type { ServiceEntry } from './options.js';

export interface RunningStack {
  services: readonly ServiceEntry[];
  /** "127.0.0.1:9092", with a word on where it comes from. */
  kafka: string;
  mongo: string;
  mqtt: string;
  dataDir: string;
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
    ...rows.map(([name, where]) => `  ${name.padEnd(width)}${where}`),
    '',
    ...firstSteps(stack.services),
    'Press Ctrl-C to stop.',
  ].join('\n');
}

function serviceAddresses({ port, docs }: ServiceEntry): string {
  return (
    `http://localhost:${port}` +
    (docs ? `   http://localhost:${port}/docs` : `   http://localhost:${port}/metrics`)
  );
}

function firstSteps(services: readonly ServiceEntry[]): string[] {
  const port = (name: string): number | undefined =>
    services.find((service) => service.name === name)?.port;
  const [ingestion, dashboard] = [port('ingestion-api'), port('dashboard-api')];
  if (ingestion === undefined) return [];
  const lines = [
    'Send a reading' + (dashboard === undefined ? ':' : ', and see it rolled up:'),
    `  curl -X POST http://localhost:${ingestion}/ingest -H 'content-type: application/json' -d '{"device_id":"sensor-1","temperature_c":21.5,"humidity":48}'`,
  ];
  if (dashboard !== undefined)
    lines.push(`  curl http://localhost:${dashboard}/devices/sensor-1/aggregates`);
  return [...lines, ''];
}
