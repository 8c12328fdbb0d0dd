import { pendingOf, pendingText, unattended } from './pending.js';
import type { Snapshot } from './snapshot.js';

const RETRY = 'raw.agg.retry.1';
const snapshot: Snapshot = {
  topics: ['raw', RETRY],
  ranges: [
    { partition: 0, low: 5, end: 10 },
    { partition: 1, low: 0, end: 3 },
  ],
  aggregator: {
    group: 'agg',
    members: 0,
    committed: new Map(),
    retry: new Map([[RETRY, new Map([[0, 1]])]]),
  },
  alerts: {
    group: 'alerts',
    members: 2,
    committed: new Map([
      [0, 10],
      [1, 2],
    ]),
    retry: new Map(),
  },
};
const pending = () =>
  pendingOf(snapshot, 'raw', () => Promise.resolve([{ partition: 0, low: 0, end: 4 }]));

it('says what waits for which group, and what nobody is about to handle', async () => {
  expect((await pending()).map(pendingText)).toEqual([
    '8 records of raw are pending for agg, which never committed an offset and has no members.',
    `3 records of ${RETRY} are pending for agg, which never committed an offset and has no members.`,
    '1 records of raw are pending for alerts.',
  ]);
  expect(unattended(await pending()).map(({ group }) => group)).toEqual(['agg', 'agg']);
});
