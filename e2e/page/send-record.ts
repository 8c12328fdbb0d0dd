import kafkajs from 'kafkajs';

/** Writes a record as another system may, past the APIs. */
export async function sendRecord(
  env: NodeJS.ProcessEnv,
  key: string,
  value: string,
): Promise<void> {
  const kafka = new kafkajs.Kafka({
    brokers: env['KAFKA_BOOTSTRAP_SERVERS']!.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = kafka.producer();
  await producer.connect();
  const topic = env['TELEMETRY_TOPIC'] ?? 'telemetry.raw';
  await producer.send({ topic, messages: [{ key, value }] });
  await producer.disconnect();
}
