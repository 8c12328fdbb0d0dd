import { setTimeout as delay } from 'node:timers/promises';
import { topicRanges, type Admin } from '@iot/kafka';
import type { Config } from '../connection/config.js';
import type { Progress } from './options.js';
import { committedOffsets, openRecords, retryTopicsOf } from './snapshot.js';

const POLL_MS = 250;

/**
 * Waits until both groups have handled what is on the telemetry topic, and then what is on their
 * retry topics. What comes meanwhile is not waited for, so it ends beside a load too.
 * @returns how many records are still to be handled: 0 unless the time was too short
 */
export async function waitForGroups(
  admin: Admin,
  config: Config,
  seconds: number,
  progress: Progress,
): Promise<number> {
  const { TELEMETRY_TOPIC: topic, AGGREGATOR_GROUP, ALERTS_GROUP } = config;
  const deadline = Date.now() + seconds * 1000;
  const topics = await admin.listTopics();
  // In the order in which a record passes them: what one topic held may be on the next by now.
  const stages = [AGGREGATOR_GROUP, ALERTS_GROUP].flatMap((group) =>
    topics.includes(topic)
      ? [topic, ...retryTopicsOf(topics, topic, group)].map((name) => ({ group, name }))
      : [],
  );
  for (const [stage, { group, name }] of stages.entries()) {
    const ends = await endsOf(admin, name);
    for (;;) {
      const open = await openBefore(ends, admin, group, name);
      if (open === 0) break;
      if (Date.now() >= deadline) return await openIn(admin, stages.slice(stage));
      progress(
        `waiting: ${open.toLocaleString('en')} records of ${name} to be handled by ${group}`,
      );
      await delay(POLL_MS);
    }
  }
  return 0;
}

const endsOf = async (admin: Admin, topic: string): Promise<ReadonlyMap<number, number>> =>
  new Map((await topicRanges(admin, topic)).map(({ partition, end }) => [partition, end]));

async function openIn(
  admin: Admin,
  stages: readonly { readonly group: string; readonly name: string }[],
): Promise<number> {
  let open = 0;
  for (const { group, name } of stages)
    open += await openBefore(await endsOf(admin, name), admin, group, name);
  return open;
}

/** Records before `ends` that are retained and not committed. */
async function openBefore(
  ends: ReadonlyMap<number, number>,
  admin: Admin,
  group: string,
  topic: string,
): Promise<number> {
  const ranges = await topicRanges(admin, topic);
  const then = ranges.map((range) => ({ ...range, end: ends.get(range.partition) ?? 0 }));
  return openRecords(then, await committedOffsets(admin, group, topic));
}
