import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@iot/local-stack';
import type { Sample } from '../run/interleave.js';
import { askAgain, type Lab } from '../run/lab.js';
import { cpuSeconds, peakResidentMb } from '../run/process-cost.js';

/** A process that consumes a topic until its group has committed all of it. */
export interface Drain {
  readonly lab: Lab;
  readonly topic: string;
  readonly group: string;
  /** Records of the topic. */
  readonly events: number;
  readonly start: () => Promise<ServiceHandle>;
  /**
   * What is wrong with its result, or undefined. Asked when all is committed, and again while a
   * worker may still be writing.
   */
  readonly wrong?: () => Promise<string | undefined>;
  /** Processes that work for it: what they use counts too. */
  readonly childrenOf?: (pid: number) => readonly number[];
}

/**
 * A process is warm, and compiled for the most part, when it has handled this part of the backlog.
 */
const WARM_FROM = 0.1;
const POLL_MS = 100;
/** Without any progress for this long the drain is given up. */
const STALLED_MS = 60_000;
/** Rows of larger windows may be written this much later. */
const SETTLED_WITHIN_MS = 90_000;

interface Point {
  readonly at: number;
  readonly done: number;
  readonly cpu: number;
  readonly database: number;
  readonly kafka: number;
}

/**
 * Starts the process on the backlog and measures what it used until everything is committed and
 * right. What it writes after its last commit counts too. @throws when it stalls, dies or leaves a
 * wrong result
 */
export async function measureDrain({
  lab,
  topic,
  group,
  events,
  start,
  wrong,
  childrenOf = () => [],
}: Drain): Promise<{ sample: Sample; metrics: string }> {
  const database = wrong ? (await lab.mongo()).pid : undefined;
  const used = (): Pick<Point, 'database' | 'kafka'> => ({
    database: cpuOf(database),
    kafka: cpuOf(lab.kafka?.pid),
  });
  const before = used();
  const began = performance.now();
  const service = await start();
  const { pid } = service;
  const cpuOfAll = (): number =>
    [pid, ...childrenOf(pid)].reduce((sum, one) => sum + cpuSeconds(one), 0);
  const point = async (): Promise<Point> => ({
    done: await committed(lab, topic, group),
    at: performance.now(),
    cpu: cpuOfAll(),
    ...used(),
  });
  try {
    let warm: Pick<Point, 'at' | 'done' | 'cpu'> | undefined;
    let last = await point();
    let progressAt = last.at;
    while (last.done < events) {
      await delay(POLL_MS);
      const now = await point();
      if (now.done > last.done) progressAt = now.at;
      if (!service.process.running)
        throw new Error(`${service.process.name} ended.\n${service.output.slice(-5).join('\n')}`);
      if (now.at - progressAt > STALLED_MS)
        throw new Error(
          `${service.process.name} stands at ${now.done} of ${events} events.\n${service.output.slice(-5).join('\n')}`,
        );
      if (!warm) {
        const count = await handled(service);
        if (count >= events * WARM_FROM)
          warm = { at: performance.now(), done: count, cpu: cpuOfAll() };
      }
      last = now;
    }
    const cpuWhenRight = await settle(wrong, last, cpuOfAll);
    const micros = (seconds: number, count = events): number => (seconds * 1e6) / count;
    // A backlog that was drained before anyone looked says nothing of a warm process.
    const from = warm && warm.done < events ? warm : undefined;
    return {
      sample: {
        ...(from && { warm_cpu_us: micros(cpuWhenRight - from.cpu, events - from.done) }),
        cpu_us: micros(cpuWhenRight),
        rate: ((events - (from?.done ?? 0)) * 1000) / (last.at - (from?.at ?? began)),
        rss_mb: [pid, ...childrenOf(pid)].reduce((sum, one) => sum + peakResidentMb(one), 0),
        ...(database && { db_cpu_us: micros(used().database - before.database) }),
        ...(lab.kafka && { kafka_cpu_us: micros(last.kafka - before.kafka) }),
      },
      metrics: await fetch(`${service.url}/metrics`).then((response) => response.text()),
    };
  } finally {
    await service.stop();
    await deleteGroup(lab, group);
  }
}

const cpuOf = (pid: number | undefined): number => (pid === undefined ? 0 : cpuSeconds(pid));

/** @returns the CPU seconds of the process when its result was right */
async function settle(
  wrong: Drain['wrong'],
  drained: Point,
  cpuOfAll: () => number,
): Promise<number> {
  let cpu = drained.cpu;
  for (let fault = await wrong?.(); fault; fault = await wrong?.()) {
    if (performance.now() - drained.at > SETTLED_WITHIN_MS)
      throw new Error(`the result is wrong: ${fault}`);
    await delay(500);
    cpu = cpuOfAll();
  }
  return cpu;
}

/**
 * Records that the process has handled: commits come later than that. The floor's answer is the
 * number alone.
 */
async function handled({ url }: ServiceHandle): Promise<number> {
  const text = await fetch(`${url}/metrics`).then((response) => response.text());
  return /^\d+$/.test(text) ? Number(text) : metricValue(text, 'records_consumed_total');
}

/** Records that the group has committed; 0 while it has not committed any. */
export async function committed(lab: Lab, topic: string, groupId: string): Promise<number> {
  const [offsets] = await askAgain(() => lab.admin.fetchOffsets({ groupId, topics: [topic] }));
  return offsets!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

/**
 * The next drain starts at the beginning again. The broker may need a moment to see that the last
 * member left.
 */
async function deleteGroup(lab: Lab, group: string): Promise<void> {
  await askAgain(() => lab.admin.deleteGroups([group]));
}

/** The value of a counter or gauge, all its labels together. */
export function metricValue(metrics: string, name: string): number {
  let sum = 0;
  for (const [, value] of metrics.matchAll(
    new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'gm'),
  ))
    sum += Number(value);
  return sum;
}
