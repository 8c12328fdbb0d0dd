import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startService, type ProcessExit, type ServiceHandle } from '@iot/local-stack';
import { type Platform, type ServiceName, WORKERS } from '../platform.js';

/** One kind of fault, injected while readings come in. */
export interface Fault {
  readonly name: string;
  /** The database has to keep its data through it. */
  readonly durable?: boolean;
  /** Part of the shortened suite. */
  readonly short?: boolean;
  /** Injects it; resolves when it is over. Returns how many times. */
  inject(platform: Platform, full: boolean): Promise<number>;
}

const pause = (fromMs: number, toMs: number): Promise<void> =>
  delay(fromMs + Math.random() * (toMs - fromMs));

const killRepeatedly =
  (service: ServiceName, times: number, shortTimes: number) =>
  async (platform: Platform, full: boolean): Promise<number> => {
    const count = full ? times : shortTimes;
    for (let i = 0; i < count; i++) {
      await pause(200, 2500);
      await platform.services[service].kill();
      await platform.services[service].restart();
    }
    return count;
  };

async function another(platform: Platform, name: ServiceName): Promise<ServiceHandle> {
  return startService({ name, port: await freePort(), env: platform.env });
}

/** Every POST while Kafka does not answer. @throws when one is not a 503 within 3 s */
async function refusedInTime(platform: Platform, ms: number): Promise<void> {
  const until = Date.now() + ms;
  // What was on its way when Kafka stopped may still have been acknowledged.
  await delay(500);
  while (Date.now() < until) {
    const began = performance.now();
    const response = await fetch(`${platform.services['ingestion-api'].url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ device_id: 'prober', humidity: 50 }),
    });
    await response.text();
    const took = performance.now() - began;
    if (response.status !== 503 || took > 3000)
      throw new Error(
        `POST while Kafka is stopped: ${response.status} after ${Math.round(took)} ms instead of 503 within 3000 ms`,
      );
    if (!response.headers.has('retry-after')) throw new Error('a 503 without Retry-After');
    await delay(100);
  }
}

/**
 * A device that sends nothing but poison past the API, and a well-behaved one on the same
 * partition: how late is the latter seen?
 * @throws when its p99 is 2 s or more
 */
async function poisonBeside(platform: Platform, seconds: number): Promise<number> {
  const { Kafka, Partitioners } = (await import('kafkajs')).default;
  const producer = new Kafka({ brokers: [platform.kafka.bootstrap], logLevel: 0 }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const partitionOf = (key: string): number =>
    Partitioners.DefaultPartitioner()({
      topic: 't',
      partitionMetadata: Array.from({ length: 12 }, (_, partitionId) => ({
        partitionId,
        leader: 1,
      })) as never,
      message: { key, value: null },
    });
  const poisoner = 'poisoner';
  const victim = Array.from({ length: 1000 }, (_, i) => `victim-${i}`).find(
    (id) => partitionOf(id) === partitionOf(poisoner),
  )!;
  const until = Date.now() + seconds * 1000;
  const waits: number[] = [];
  let sent = 0;
  const poison = async (): Promise<void> => {
    while (Date.now() < until) {
      await producer.send({
        topic: 'telemetry.raw',
        messages: Array.from({ length: 50 }, () => ({
          key: poisoner,
          value: '{"device_id":"poisoner","temperature_c":"hot"}',
        })),
      });
      sent += 50;
      await delay(100);
    }
  };
  const observe = async (): Promise<void> => {
    while (Date.now() < until) {
      const event_id = `victim-${waits.length}`;
      const began = performance.now();
      const answer = await fetch(`${platform.services['ingestion-api'].url}/ingest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ device_id: victim, event_id, humidity: 50 }),
      });
      if (answer.status !== 202) throw new Error(`POST beside the poison: ${answer.status}`);
      const rows = platform.db.collection('aggregated_data');
      while (
        (await rows.find({ device_id: victim, window: '1m' }).toArray()).reduce(
          (sum, row) => sum + Number(row['count']),
          0,
        ) <= waits.length
      )
        await delay(10);
      waits.push(performance.now() - began);
    }
  };
  await Promise.all([poison(), observe()]);
  await producer.disconnect();
  const p99 = waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)]!;
  console.log(
    `beside ${sent} poisoned records: ${waits.length} readings visible with p50 ${waits[waits.length >> 1]!.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
  );
  if (p99 >= 2000)
    throw new Error(
      `a reading beside the poison was visible after ${p99.toFixed(0)} ms at p99 instead of under 2000 ms`,
    );
  return sent;
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'aggregator-worker kill -9',
    short: true,
    inject: killRepeatedly('aggregator-worker', 20, 2),
  },
  ...WORKERS.filter((name) => name !== 'aggregator-worker').map((name) => ({
    name: `${name} kill -9`,
    inject: killRepeatedly(name, 5, 1),
  })),
  {
    name: 'worker stopped beyond its session, resumed',
    inject: async (platform, full) => {
      const standIns = await Promise.all(WORKERS.map((name) => another(platform, name)));
      const times = full ? 3 : 1;
      for (let i = 0; i < times; i++) {
        await pause(500, 2000);
        for (const name of WORKERS) platform.services[name].signal('SIGSTOP');
        await delay(Number(platform.env['SESSION_TIMEOUT_MS']) + 5000);
        for (const name of WORKERS) platform.services[name].signal('SIGCONT');
        await delay(4000);
      }
      await Promise.all(standIns.map((standIn) => standIn.stop()));
      return times;
    },
  },
  {
    name: 'Kafka kill -9 and restart',
    short: true,
    inject: async ({ kafka }, full) => {
      const times = full ? 3 : 1;
      for (let i = 0; i < times; i++) {
        await pause(2000, 5000);
        await kafka.kill();
        await pause(500, 2000);
        await kafka.restart();
      }
      return times;
    },
  },
  {
    name: 'Kafka frozen, then resumed',
    inject: async (platform, full) => {
      await pause(2000, 4000);
      platform.kafka.signal('SIGSTOP');
      try {
        await refusedInTime(platform, full ? 30_000 : 8000);
      } finally {
        platform.kafka.signal('SIGCONT');
      }
      return 1;
    },
  },
  {
    name: 'database kill -9 and restart',
    durable: true,
    short: true,
    inject: async ({ mongo }, full) => {
      const times = full ? 3 : 1;
      for (let i = 0; i < times; i++) {
        await pause(2000, 5000);
        await mongo.kill();
        await pause(500, 2000);
        await mongo.restart();
      }
      return times;
    },
  },
  {
    name: 'database frozen, then resumed',
    inject: async ({ mongo }, full) => {
      await pause(2000, 4000);
      mongo.signal('SIGSTOP');
      await delay(full ? 30_000 : 8000);
      mongo.signal('SIGCONT');
      return 1;
    },
  },
  {
    name: 'workers scaled 1, 3, 1',
    inject: async (platform, full) => {
      const times = full ? 4 : 1;
      for (let i = 0; i < times; i++) {
        const more = await Promise.all(
          WORKERS.flatMap((name) => [another(platform, name), another(platform, name)]),
        );
        await pause(2000, 5000);
        await Promise.all(more.map((one) => one.stop()));
        await pause(1000, 3000);
      }
      return times;
    },
  },
  { name: 'ingestion kill -9', inject: killRepeatedly('ingestion-api', 10, 2) },
  {
    name: 'SIGTERM at full load',
    inject: async (platform, full) => {
      const times = full ? 3 : 1;
      for (let i = 0; i < times; i++)
        for (const service of Object.values(platform.services)) {
          await pause(500, 2000);
          const ended = new Promise<ProcessExit>((resolve) =>
            service.process.once('exit', resolve),
          );
          await service.stop();
          const { code, signal } = await ended;
          if (code !== 0)
            throw new Error(
              `${service.process.name} ended with ${code ?? signal} after SIGTERM instead of 0`,
            );
          await service.restart();
        }
      return times * Object.keys(platform.services).length;
    },
  },
  {
    name: 'only poison from one device',
    inject: (platform, full) => poisonBeside(platform, full ? 20 : 5),
  },
];
