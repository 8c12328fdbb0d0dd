import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { keyPartitioner, murmur2 } from './partitioner.js';

const partitions = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

describe('keyPartitioner', () => {
  it('gives the hashes of Kafka’s own tests', () => {
    expect([
      murmur2('21'),
      murmur2('foobar'),
      murmur2('a-little-bit-long-string'),
      murmur2('abc'),
    ]).toEqual([-973932308, -790332482, -985981536, 479470107]);
  });

  it('chooses as kafkajs does', () => {
    const [ours, theirs] = [keyPartitioner(), Partitioners.DefaultPartitioner()];
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 140 }),
        fc.integer({ min: 1, max: 50 }),
        (key, count) => {
          const args = {
            topic: 't',
            partitionMetadata: partitions(count),
            message: { key, value: '' },
          };
          expect(ours(args)).toBe(theirs(args));
        },
      ),
    );
  });

  it('leaves what has a partition, or no key, to kafkajs', () => {
    const partition = (message: object) =>
      keyPartitioner()({
        topic: 't',
        partitionMetadata: partitions(5),
        message: { value: '', ...message },
      });
    expect(partition({ key: 'a', partition: 3 })).toBe(3);
    expect(partition({})).toBeLessThan(5);
  });
});
