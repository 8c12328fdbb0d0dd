import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyPartitioner } from '@iot/kafka';
import { workspaceRoot } from '@iot/local-stack';
import { encodeReading } from '@iot/telemetry';
import { chosen, measureBesideFloor, sizeOf, type Bench } from '../run/bench.js';
import type { Sample, Variant } from '../run/interleave.js';
import type { Lab } from '../run/lab.js';
import { measureDrain, metricValue } from './drain.js';
import { sandboxAlone } from './sandbox-alone.js';

/** As the example of docs/logic.md, with the state as the one result. */
const PROGRAM = `function process(data, state, context) {
  state.count = (state.count ?? 0) + 1;
  state.mean = ((state.mean ?? 0) * 15 + data.temperature_c) / 16;
  state.last = data.temperature_c;
  return state;
}`;
const TELEMETRYCTL = join(workspaceRoot(), 'tools', 'telemetryctl', 'dist', 'main.js');
const MESSAGES_PER_SEND = 1500;
/** Bytes of some 1,000 records: a batch has about one reading of each machine of its partition. */
const ONE_OF_EACH_BYTES = 140_000;

interface Case {
  readonly name: string;
  readonly machines: number;
  /** Readings of a machine that stand in a row. */
  readonly inARow: number;
  readonly hasProgram: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, number>>;
}

const CASES: readonly Case[] = [
  {
    name: 'one of each of 1,000',
    machines: 12_000,
    inARow: 1,
    hasProgram: true,
    env: { PARTITION_FETCH_MAX_BYTES: String(ONE_OF_EACH_BYTES) },
    targets: { warm_cpu_us: 30, rss_mb: 1000 },
  },
  {
    name: 'ten in a row',
    machines: 1000,
    inARow: 10,
    hasProgram: true,
    env: {},
    targets: { warm_cpu_us: 8 },
  },
  {
    name: 'without a program',
    machines: 1000,
    inARow: 1,
    hasProgram: false,
    env: {},
    targets: { warm_cpu_us: 3 },
  },
];

export const logic: Bench = {
  name: 'logic',
  about:
    'the logic worker and its child together drain a backlog: 12,000 machines that take turns, 1,000 machines with ten readings in a row, and machines without a program; beside the sandbox alone',
  cases: CASES.map(({ name }) => name),
  run: async (context) => {
    const { lab, settings, say } = context;
    const events = sizeOf(settings, 600_000);
    const names = chosen(logic.cases, settings);
    const cases = CASES.filter(({ name }) => names.includes(name));
    const variants: Variant[] = [];
    for (const one of cases) {
      say(`producing ${events} readings: ${one.name}`);
      const topic = `bench.${randomUUID().slice(0, 8)}`;
      await lab.createTopic(topic);
      await produce(lab, topic, events, one);
      variants.push({ name: one.name, measure: () => drained(lab, topic, events, one) });
      if (one.hasProgram)
        variants.push({
          name: `${one.name}: sandbox alone`,
          measure: () => sandboxAlone(PROGRAM, one.inARow, events / 4),
        });
    }
    const targets = Object.fromEntries(cases.map(({ name, targets: most }) => [name, most]));
    const results = await measureBesideFloor(context, undefined, variants, { targets });
    return { settings: { events, runs: settings.runs }, cases: results };
  },
};

async function produce(lab: Lab, topic: string, events: number, one: Case): Promise<void> {
  const producer = lab.client.producer({
    allowAutoTopicCreation: false,
    idempotent: true,
    createPartitioner: keyPartitioner,
  });
  await producer.connect();
  const startAt = Date.now() - events / 10;
  try {
    for (let from = 0; from < events; from += MESSAGES_PER_SEND)
      await producer.send({
        topic,
        acks: -1,
        messages: Array.from({ length: Math.min(MESSAGES_PER_SEND, events - from) }, (_, i) => {
          const n = from + i;
          const deviceId = `machine-${Math.floor(n / one.inARow) % one.machines}`;
          const values = { temperature_c: 15 + ((n * 7919) % 1000) / 100, humidity: 45 };
          const ts = startAt + Math.floor(n / 10);
          const value = encodeReading({ eventId: n.toString(36), deviceId, ts, values });
          return { key: deviceId, value };
        }),
      });
  } finally {
    await producer.disconnect();
  }
}

async function drained(lab: Lab, topic: string, events: number, one: Case): Promise<Sample> {
  const { url, client } = await lab.mongo();
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const db = client.db(name);
  try {
    define(lab, url, name, one.hasProgram ? 'machine-*' : 'other-*');
    const states = db.collection<{ state: string }>('machine_states');
    const wrong = async (): Promise<string | undefined> => {
      const found = await states.find({}, { projection: { state: 1 } }).toArray();
      const counted = found.reduce(
        (sum, { state }) => sum + (JSON.parse(state) as { count: number }).count,
        0,
      );
      const expected = one.hasProgram ? events : 0;
      return counted === expected ? undefined : `${counted} of ${expected} readings are in states`;
    };
    const env = {
      MONGO_URL: url,
      MONGO_DB: name,
      TELEMETRY_TOPIC: topic,
      DLQ_TOPIC: `${topic}.dlq`,
      RESULTS_TOPIC: `${topic}.${name}`,
      CONSUMER_GROUP: 'logic-worker',
      ...one.env,
    };
    const { sample, metrics } = await measureDrain({
      lab,
      topic,
      group: 'logic-worker',
      events,
      wrong,
      childrenOf,
      start: () => lab.start('logic-worker', { env }),
    });
    const results = metricValue(metrics, 'logic_results_total');
    if (one.hasProgram && results !== events) throw new Error(`${results} results`);
    return sample;
  } finally {
    await db.dropDatabase();
  }
}

/** By the command line: a benchmark knows no more of programs than their users do. */
function define(lab: Lab, url: string, name: string, pattern: string): void {
  const file = join(lab.folder, 'program.js');
  writeFileSync(file, PROGRAM);
  const brokers = lab.kafka?.bootstrap ?? process.env['KAFKA_BOOTSTRAP_SERVERS'];
  const env = {
    ...process.env,
    KAFKA_BOOTSTRAP_SERVERS: brokers,
    MONGO_URL: url,
    MONGO_DB: name,
  };
  const args = [TELEMETRYCTL, 'logic', 'set', pattern, '--file', file];
  execFileSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Linux only. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
