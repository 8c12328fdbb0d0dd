import { randomUUID } from 'node:crypto';
import type { ServiceHandle } from '@iot/local-stack';
import { percentile } from '../core/results.js';
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
    postRequest('/ingest', 'application/json', Buffer.from(JSON.stringify({ ...reading(n, Date.now()), event_id: `${this.name}:${n}` })));

  readonly onAnswer = (n: number, status: number, millis: number, sinceSent: number): void => {
    this.slowest = Math.max(this.slowest, sinceSent);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.millis.push(millis);
    if (status === 202) this.accepted.add(`${this.name}:${n}`);
  };

  summary(): string {
    const { millis } = this;
    const answers = [...this.statuses].sort().map(([status, count]) => `${status || 'broken'}: ${count}`);
    return `${answers.join(', ')}; ms p50 ${percentile(millis, 0.5).toFixed(1)}, p99 ${percentile(millis, 0.99).toFixed(1)}, most ${percentile(millis, 1).toFixed(0)}; slowest answer ${this.slowest.toFixed(0)} ms`;
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
        for (const { value } of batch.messages) left.delete((JSON.parse(String(value)) as { event_id: string }).event_id);
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

interface Memory {
  readonly stop: () => { from: number; most: number };
}

/** Watches resident memory; growth is counted from ten seconds on. */
function watchMemory(service: ServiceHandle): Memory {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMb(service.pid)), 1000);
  return {
    stop: () => {
      clearInterval(timer);
      return { from: samples[10] ?? samples[0] ?? 0, most: Math.max(...samples.slice(10), 0) };
    },
  };
}

/**
 * How the server behaves at half of its maximum, at twice its maximum for so many seconds, and when Kafka hangs for half as long. Throws when
 * it is not honest.
 */
export async function measureOverload(lab: Lab, overloadSeconds: number): Promise<void> {
  const { kafka } = lab;
  if (!kafka) throw new Error('--overload stops Kafka for a while: leave out KAFKA_BOOTSTRAP_SERVERS, and a broker is started for it');
  const outageSeconds = Math.max(5, overloadSeconds / 2);
  await lab.createTopic(TOPIC);
  const service = await startIngestion(lab, TOPIC);
  const faults: string[] = [];
  const all = new Set<string>();
  const check = (numbered: Numbered): void => {
    for (const id of numbered.accepted) all.add(id);
    for (const [status, count] of numbered.statuses)
      if (!HONEST.has(status)) faults.push(`${count} answers were ${status || 'broken connections'}`);
  };
  const max = await maximum(service);
  console.log(`maximum of 64 clients: ${max.toFixed(0)} readings/s`);

  const half = new Numbered('half');
  await openLoop({ port: service.port, perSecond: max / 2, seconds: 20, connections: 64, ...pick(half) });
  check(half);
  console.log(`half of it for 20 s:   ${half.summary()}`);

  const twice = new Numbered('twice');
  const memory = watchMemory(service);
  const { due, unsent } = await openLoop({
    port: service.port,
    perSecond: max * 2,
    seconds: overloadSeconds,
    connections: 512,
    ...pick(twice),
  });
  const { from, most } = memory.stop();
  check(twice);
  console.log(`twice it for ${overloadSeconds} s:    ${twice.summary()}; of ${due} due ${unsent} found no free connection of 512`);
  console.log(`memory: ${from.toFixed(0)} MB after 10 s, at most ${most.toFixed(0)} MB later`);
  if (most - from > 50) faults.push(`memory grew by ${(most - from).toFixed(0)} MB`);

  const outage = new Numbered('outage');
  const timeline: number[] = [];
  const began = performance.now();
  const during = openLoop({
    port: service.port,
    perSecond: max / 2,
    seconds: outageSeconds + 15,
    connections: 256,
    request: outage.request,
    onAnswer: (n, status, ...millis) => {
      outage.onAnswer(n, status, ...millis);
      if (status === 202)
        timeline[Math.floor((performance.now() - began) / 1000)] = (timeline[Math.floor((performance.now() - began) / 1000)] ?? 0) + 1;
    },
  });
  setTimeout(() => kafka.signal('SIGSTOP'), 5000);
  setTimeout(() => kafka.signal('SIGCONT'), 5000 + outageSeconds * 1000);
  await during;
  check(outage);
  if (outage.slowest > 3000) faults.push(`an answer took ${outage.slowest.toFixed(0)} ms while Kafka hung`);
  console.log(`Kafka hung for ${outageSeconds} s: ${outage.summary()} (from when they were due)`);
  console.log(`202 in each second: ${Array.from(timeline, (count) => count ?? 0).join(' ')}`);

  const lost = await missing(lab, all, await lab.records(TOPIC));
  console.log(`of ${all.size} readings answered 202, Kafka lacks ${lost}`);
  if (lost > 0) faults.push(`${lost} readings answered 202 are not in Kafka`);
  await service.stop();
  await lab.deleteTopics(TOPIC);
  if (faults.length > 0) throw new Error(faults.join('; '));
}

const pick = ({ request, onAnswer }: Numbered): Pick<Numbered, 'request' | 'onAnswer'> => ({ request, onAnswer });
