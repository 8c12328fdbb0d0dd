import type { Discrepancies } from './discrepancies.js';
import { MARK, type LogIndex } from './log-index.js';
import type { Sources } from './sources.js';

const NAMED = 100;

/**
 * Raw events that name a record which the log does not hold there. What retention removed meanwhile
 * is left out.
 * @param reached the first offset of each partition that was not read
 */
export async function findStrayEvents(
  {
    mongo,
    ranges,
    topic,
    index,
    discrepancies,
  }: Sources & { topic: string; index: LogIndex; discrepancies: Discrepancies },
  reached: ReadonlyMap<number, number>,
): Promise<void> {
  const low = new Map((await ranges(topic)).map((range) => [range.partition, range.low]));
  const sources: string[] = [];
  let more = 0;
  for (const [partition, marks] of index) {
    for (const offset of marks.marked(MARK.stored, MARK.seen)) {
      if (offset < (low.get(partition) ?? 0) || offset >= (reached.get(partition) ?? 0)) continue;
      if (sources.length < NAMED) sources.push(`${topic}/${partition}/${offset}`);
      else more++;
    }
  }
  if (sources.length === 0) return;
  for await (const { _id, source } of mongo.raw.find(
    { source: { $in: sources } },
    { projection: { source: 1 } },
  ))
    discrepancies.add('extra_event', _id, `its source is ${source}, and there is no record there`);
  for (let i = 0; i < more; i++)
    discrepancies.add('extra_event', '', 'there is no record where its source says');
}
