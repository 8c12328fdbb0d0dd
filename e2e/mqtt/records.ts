import kafkajs from 'kafkajs';

/** All records of a topic by now, each partition's in order. */
export async function allRecords(
  bootstrap: string,
  topic: string,
): Promise<{ key: string; value: string }[]> {
  const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic))
      .filter(({ high }) => high !== '0')
      .map(({ partition, high }) => [partition, Number(high)]),
  );
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `reader-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const records: { key: string; value: string }[] = [];
  await new Promise<void>((resolve, reject) => {
    if (ends.size === 0) resolve();
    consumer
      .run({
        eachMessage: ({ partition, message }) => {
          records.push({ key: String(message.key), value: String(message.value) });
          if (Number(message.offset) + 1 >= ends.get(partition)!) ends.delete(partition);
          if (ends.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return records;
}
