import { createRequire } from 'node:module';
import fc from 'fast-check';
import { keyPartitioner } from '../partitioner.js';
import { grouped } from './produce-grouping.js';

const group = createRequire(import.meta.url)('kafkajs/src/producer/groupMessagesPerPartition') as (
  args: object,
) => Record<string, object[]>;

const message = fc.record(
  {
    key: fc.option(fc.string({ maxLength: 5 }), { nil: null }),
    partition: fc.nat(4),
    value: fc.string({ maxLength: 3 }),
  },
  { requiredKeys: ['value'] },
);

it('groups messages as kafkajs does, in their order', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 100 }),
      fc.integer({ min: 1, max: 30 }),
      (all, n) => {
        const partitionMetadata = Array.from({ length: n }, (_, partitionId) => ({ partitionId }));
        // Where there is no key kafkajs takes turns: each has a partitioner of its own.
        const args = () => {
          let turn = 0;
          const byKey = keyPartitioner();
          const partitioner = (one: { message: { key?: string | null; partition?: number } }) =>
            one.message.key === null || one.message.key === undefined
              ? (one.message.partition ?? turn++ % n)
              : byKey(one as never);
          return { topic: 't', partitionMetadata, partitioner };
        };
        const theirs = group({ ...args(), messages: all });
        const ours = group({ ...args(), messages: grouped(all) });
        expect(ours).toEqual(theirs);
        expect(Object.keys(ours)).toEqual(Object.keys(theirs));
      },
    ),
  );
});

it('takes no time by the square of the messages of a send', () => {
  let seen = 0;
  const partitioner = () => ++seen % 12;
  const messages = Array.from({ length: 300_000 }, () => ({ value: '' }));
  const groups = group({
    topic: 't',
    partitionMetadata: Array.from({ length: 12 }),
    messages: grouped(messages),
    partitioner,
  });
  expect(groups['3']).toHaveLength(25_000);
});
