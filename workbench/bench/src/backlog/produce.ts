import { keyPartitioner } from '@iot/kafka';
import { derivedEventId, encodeReading } from '@iot/telemetry';
import { deviceName, readingAt, SENSORS, type BacklogPlan } from '../core/backlog-plan.js';
import type { Lab } from '../run/lab.js';

/** kafkajs groups the messages of a send in quadratic time. */
const MESSAGES_PER_SEND = 1500;

/**
 * Writes the readings of the plan to the topic, as the ingestion API would: with ids, in its own
 * form, keyed by device.
 */
export async function produceBacklog(lab: Lab, topic: string, plan: BacklogPlan): Promise<void> {
  const before = await lab.records(topic);
  // Idempotent, as kafkajs sends everything again when one partition failed.
  const producer = lab.client.producer({
    allowAutoTopicCreation: false,
    idempotent: true,
    createPartitioner: keyPartitioner,
  });
  await producer.connect();
  const send = (from: number): Promise<unknown> => {
    const messages = Array.from(
      { length: Math.min(MESSAGES_PER_SEND, plan.events - from) },
      (_, i) => {
        const { device, ts, values } = readingAt(plan, from + i);
        const deviceId = deviceName(device);
        const eventId = derivedEventId({ deviceId, ts, values: { n: from + i } });
        const named = Object.fromEntries(
          values.map((value, sensor) => [SENSORS[sensor]!.name, value]),
        );
        return { key: deviceId, value: encodeReading({ eventId, deviceId, ts, values: named }) };
      },
    );
    return producer.send({ topic, messages, acks: -1 });
  };
  try {
    for (let from = 0; from < plan.events; from += MESSAGES_PER_SEND) await send(from);
  } finally {
    await producer.disconnect();
  }
  const stored = await lab.records(topic);
  if (stored - before !== plan.events)
    throw new Error(`topic ${topic} took ${stored - before} records instead of ${plan.events}`);
}
