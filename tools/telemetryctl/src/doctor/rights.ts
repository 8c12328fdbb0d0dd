import { MissingRight, readTopic, topicRanges } from '@iot/kafka';
import type { Platform } from '../connection/platform.js';
import { fail, ok, warn, type Finding } from './core/finding.js';

const CHECK = 'rights';

/**
 * Reads one record, as verify does. Whether this user may write cannot be tried without writing;
 * the first redrive says it.
 */
export async function checkReading({ admin, kafka, config }: Platform): Promise<Finding[]> {
  const listed = await admin.listTopics();
  for (const topic of [config.TELEMETRY_TOPIC, config.DLQ_TOPIC]) {
    if (!listed.includes(topic)) continue;
    const full = (await topicRanges(admin, topic)).find(({ low, end }) => low < end);
    if (!full) continue;
    const to = new Map([[full.partition, full.low + 1]]);
    await readTopic(kafka, topic, () => false, { to });
    return [ok(CHECK, `reads ${topic}`)];
  }
  return [warn(CHECK, 'reading could not be tried: there is no record yet', 'run doctor again')];
}

/** What a check finds, or the right that it lacks. */
export async function findingsOf(check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof MissingRight)) throw error;
    return [fail(CHECK, error.message, 'give this user the ACLs of docs/production.md', 'rights')];
  }
}
