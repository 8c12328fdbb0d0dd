/** Lines are kept by the database; the topic is the way there. */
const PARTITIONS = 3;
const DAY_MS = 86_400_000;
const MOST_BYTES = 256 * 2 ** 20;

/** The topic of lines, to be created. The key is the writer. */
export const logsTopic = (name: string, replicationFactor: number) => ({
  topic: name,
  numPartitions: PARTITIONS,
  replicationFactor,
  configEntries: [
    { name: 'retention.ms', value: String(DAY_MS) },
    { name: 'retention.bytes', value: String(MOST_BYTES) },
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'message.timestamp.type', value: 'CreateTime' },
  ],
});
