import { randomUUID } from 'node:crypto';
import type { ServiceHandle } from '@iot/local-stack';
import { figuresOf, percentile } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import type { Lab } from '../run/lab.js';
import { residentMb } from '../run/process-cost.js';
import { closedLoop, postRequest } from './http-driver.js';
import { openLoop } from './open-loop.js';
import { startIngestion } from './servers.js';
import { reading } from './workloads.js';

const TOPIC = 'bench.overload';
/** Answers that an overloaded server may give. */
const HONEST = new Set([202, 429, 503]);

/** Requests whose event ids are their numbers, so that each 202 can be looked up in Kafka. */
class Numbered {
  readonly accepted = new Set<string>();
  readonly statuses = new Map<number, number>();
  readonly millis: number[] = [];
  /** The longest that a sent request waited for its answer. */
  slowest = 0;

  constructor(private readonly name: string) {}

  readonly request = (n: number): Buffer =>
    postRequest(
      '/ingest',
      'application/json',
      Buffer.from(JSON.stringify({ ...reading(n, Date.now()), event_id: `${this.name}:${n}` })),
    );

  readonly onAnswer = (n: number, status: number, millis: number, sinceSent: number): void => {
    this.slowest = Math.max(this.slowest, sinceSent);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.millis.push(millis);
    if (status === 202) this.accepted.add(`${this.name}:${n}`);
  };

  get figures(): Sample {
    return {
      p50_ms: percentile(this.millis, 0.5),
      p99_ms: percentile(this.millis, 0.99),
      slowest_ms: this.slowest,
    };
  }

  summary(): string {
    const answers = [...this.statuses]
      .sort()
      .map(([status, count]) => `${status || 'broken'}: ${count}`);
    return `${answers.join(', ')}; ${sampleText(this.figures)}`;
  }
}

/** Ids of a set that the topic does not hold. */
async function missing(lab: Lab, ids: ReadonlySet<string>, total: number): Promise<number> {
  const consumer = lab.client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  const left = new Set(ids);
  let seen = 0;
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages)
          left.delete((JSON.parse(String(value)) as { event_id: string }).event_id);
        if ((seen += batch.messages.length) >= total) resolve();
      },
    });
  });
  await consumer.disconnect();
  return left.size;
}

/** The most the server takes from 64 clients that do not wait, in readings a second. */
async function maximum(service: ServiceHandle): Promise<number> {
  const numbered = new Numbered('max');
  const requests = Array.from({ length: 4000 }, (_, n) => numbered.request(n));
  await closedLoop(service.port, requests, 64, 10_000);
  const began = performance.now();
  const total = 20_000;
  await closedLoop(service.port, requests, 64, total);
  return (total * 1000) / (performance.now() - began);
}

/**
 * Watches resident memory. The returned function stops it and gives by how many MB it grew after
 * the first ten seconds.
 */
function watchMemory(service: ServiceHandle): () => number {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMb(service.pid)), 1000);
  return () => {
    clearInterval(timer);
    const counted = samples.slice(Math.min(10, samples.length - 1));
    return Math.max(...counted) - counted[0]!;
  };
}

/**
 * A Kafka that hangs from `from` to `until`, in seconds of the load; what was accepted in each
 * second.
 */
async function hang(
  lab: Lab,
  service: ServiceHandle,
  outage: Numbered,
  perSecond: number,
  [from, until]: readonly [number, number],
) {
  const accepted: number[] = [];
  const began = performance.now();
  const timers = [
    setTimeout(() => lab.kafka!.signal('SIGSTOP'), from * 1000),
    setTimeout(() => lab.kafka!.signal('SIGCONT'), until * 1000),
  ];
  try {
    await openLoop({
      port: service.port,
      perSecond,
      seconds: until + AFTER_SECONDS,
      connections: 256,
      request: outage.request,
      onAnswer: (n, status, ...millis) => {
        outage.onAnswer(n, status, ...millis);
        const second = Math.floor((performance.now() - began) / 1000);
        if (status === 202) accepted[second] = (accepted[second] ?? 0) + 1;
      },
    });
  } finally {
    timers.forEach(clearTimeout);
    lab.kafka!.signal('SIGCONT');
  }
  return Array.from({ length: until + AFTER_SECONDS }, (_, second) => accepted[second] ?? 0);
}

const AFTER_SECONDS = 15;
const BEFORE_SECONDS = 5;
const FULL_SPEED = 0.9;

/**
 * Seconds after its return until a whole second brought nearly what was sent; all that were
 * watched, if none did.
 */
function recovery(accepted: readonly number[], returned: number, perSecond: number): number {
  const full = accepted.findIndex(
    (count, second) => second >= returned && count >= perSecond * FULL_SPEED,
  );
  return (full < 0 ? accepted.length : full) - returned;
}

/**
 * How the server behaves at half of its maximum, at twice its maximum, and when Kafka hangs. Each
 * 202 is looked up in Kafka afterwards.
 */
export const overload: Bench = {
  name: 'overload',
  about:
    'the ingestion API at half and at twice its maximum rate, and while Kafka hangs; each 202 is looked up in Kafka. One run, two minutes',
  cases: [],
  run: async ({ lab, settings: { quick }, say }) => {
    if (!lab.kafka)
      throw new Error(
        'it stops Kafka for a while: leave out KAFKA_BOOTSTRAP_SERVERS, and a broker is started for it',
      );
    const [halfSeconds, twiceSeconds, hungSeconds] = quick ? [5, 12, 5] : [20, 60, 30];
    await lab.createTopic(TOPIC);
    const service = await startIngestion(lab, TOPIC);
    const max = await maximum(service);
    say(`maximum of 64 clients: ${max.toFixed(0)} readings/s`);

    const half = new Numbered('half');
    await openLoop({
      port: service.port,
      perSecond: max / 2,
      seconds: halfSeconds,
      connections: 64,
      ...pick(half),
    });
    say(`half of it for ${halfSeconds} s: ${half.summary()}`);

    const twice = new Numbered('twice');
    const growth = watchMemory(service);
    const { due, unsent } = await openLoop({
      port: service.port,
      perSecond: max * 2,
      seconds: twiceSeconds,
      connections: 512,
      ...pick(twice),
    });
    const growthMb = growth();
    say(
      `twice it for ${twiceSeconds} s: ${twice.summary()}; of ${due} due ${unsent} found no free connection of 512`,
    );

    const outage = new Numbered('outage');
    const accepted = await hang(lab, service, outage, max / 2, [
      BEFORE_SECONDS,
      BEFORE_SECONDS + hungSeconds,
    ]);
    say(
      `Kafka hung for ${hungSeconds} s: ${outage.summary()} (from when they were due); 202 in each second: ${accepted.join(' ')}`,
    );

    const phases = [half, twice, outage];
    for (const { statuses } of phases)
      for (const [status, count] of statuses)
        if (!HONEST.has(status))
          throw new Error(`${count} answers were ${status || 'broken connections'}`);
    const all = new Set(phases.flatMap((phase) => [...phase.accepted]));
    const lost = await missing(lab, all, await lab.records(TOPIC));
    say(`of ${all.size} readings answered 202, Kafka lacks ${lost}`);
    if (lost > 0) throw new Error(`${lost} readings answered 202 are not in Kafka`);
    await service.stop();
    await lab.deleteTopics(TOPIC);
    const rate = (phase: Numbered, seconds: number): number => phase.accepted.size / seconds;
    const recovered = recovery(accepted, BEFORE_SECONDS + hungSeconds, max / 2);
    return {
      settings: { 'maximum/s': Math.round(max), runs: 1 },
      cases: [
        {
          name: 'half the maximum',
          figures: figuresOf([{ ...half.figures, rate: rate(half, halfSeconds) }], { p99_ms: 25 }),
        },
        {
          name: 'twice the maximum',
          figures: figuresOf(
            [{ slowest_ms: twice.slowest, rate: rate(twice, twiceSeconds), growth_mb: growthMb }],
            { growth_mb: 50 },
          ),
        },
        {
          name: 'Kafka hung',
          figures: figuresOf([{ slowest_ms: outage.slowest, recovered_s: recovered }], {
            slowest_ms: 3000,
            recovered_s: 5,
          }),
        },
      ],
    };
  },
};

const pick = ({ request, onAnswer }: Numbered): Pick<Numbered, 'request' | 'onAnswer'> => ({
  request,
  onAnswer,
});
