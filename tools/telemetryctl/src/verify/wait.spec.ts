import type { Admin } from '@iot/kafka';
import type { Config } from '../connection/config.js';
import { waitForGroups } from './wait.js';

const config = {
  TELEMETRY_TOPIC: 'raw',
  AGGREGATOR_GROUP: 'agg',
  ALERTS_GROUP: 'alerts',
} as Config;
const RETRY = 'raw.agg.retry.1';

/** One partition a topic. `onLook` is what happens between two looks at what is committed. */
function kafka(
  ends: Record<string, number>,
  committed: Record<string, number>,
  onLook: () => void,
) {
  const admin = {
    listTopics: () => Promise.resolve(Object.keys(ends)),
    fetchTopicOffsets: (topic: string) =>
      Promise.resolve([{ partition: 0, low: '0', high: String(ends[topic]) }]),
    fetchOffsets: ({ groupId, topics: [topic] }: { groupId: string; topics: string[] }) => {
      onLook();
      return Promise.resolve([
        {
          topic,
          partitions: [{ partition: 0, offset: String(committed[`${groupId} ${topic}`] ?? -1) }],
        },
      ]);
    },
  };
  return admin as unknown as Admin;
}
const wait = (admin: Admin, seconds: number): Promise<number> =>
  waitForGroups(admin, config, seconds, () => undefined);

it('ends beside a load whose last records are always still to be handled', async () => {
  const ends = { raw: 100 };
  const committed: Record<string, number> = { 'agg raw': 90, 'alerts raw': 90 };
  const admin = kafka(ends, committed, () => {
    ends.raw += 5;
    for (const name in committed) committed[name] = ends.raw - 3;
  });
  expect(await wait(admin, 10)).toBe(0);
});

it('waits for what has gone on to a retry topic meanwhile', async () => {
  const ends = { raw: 1, [RETRY]: 0 };
  const committed: Record<string, number> = { 'agg raw': 0, 'alerts raw': 1, [`agg ${RETRY}`]: 0 };
  let looks = 0;
  const admin = kafka(ends, committed, () => {
    looks++;
    if (looks === 2) Object.assign(ends, { [RETRY]: 1 });
    if (looks === 2) Object.assign(committed, { 'agg raw': 1 });
    if (looks === 4) Object.assign(committed, { [`agg ${RETRY}`]: 1 });
  });
  expect(await wait(admin, 10)).toBe(0);
  expect(looks).toBeGreaterThanOrEqual(4);
});

it('says how many records are open when the time is over, of both groups and all topics', async () => {
  const admin = kafka(
    { raw: 10, [RETRY]: 4 },
    { 'agg raw': 7, [`agg ${RETRY}`]: 2, 'alerts raw': 9 },
    () => undefined,
  );
  expect(await wait(admin, 0)).toBe(3 + 2 + 1);
  expect(
    await wait(
      kafka({}, {}, () => undefined),
      0,
    ),
  ).toBe(0);
});
