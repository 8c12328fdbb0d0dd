import { setTimeout as delay } from 'node:timers/promises';
import { topicRanges, type Admin } from '@iot/common/kafka';
import type { Config } from '../connection/config.js';
import type { Progress } from './options.js';
import { committedOffsets, retryTopicsOf } from './snapshot.js';

const POLL_MS = 250;

/**
 * Waits until both groups have handled everything on the telemetry topic and on their retry topics.
 * @returns how many records are still to be handled: 0 unless the time was too short
 */
export async function waitForGroups(admin: Admin, config: Config, seconds: number, progress: Progress): Promise<number> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const open = await openRecords(admin, config);
    if (open === 0 || Date.now() >= deadline) return open;
    progress(`waiting: ${open.toLocaleString('en')} records to be handled`);
    await delay(POLL_MS);
  }
}

async function openRecords(admin: Admin, { TELEMETRY_TOPIC: topic, AGGREGATOR_GROUP, ALERTS_GROUP }: Config): Promise<number> {
  const topics = await admin.listTopics();
  let open = 0;
  for (const group of [AGGREGATOR_GROUP, ALERTS_GROUP])
    for (const name of topics.includes(topic) ? [topic, ...retryTopicsOf(topics, topic, group)] : []) {
      const committed = await committedOffsets(admin, group, name);
      for (const { partition, low, end } of await topicRanges(admin, name))
        open += Math.max(0, end - Math.max(low, committed.get(partition) ?? low));
    }
  return open;
}
