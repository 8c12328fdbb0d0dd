import { alertsTopic } from '@iot/alerting';
import { platformTopics } from '@iot/kafka';
import { resultsTopic } from '@iot/logic';
import { logsTopic } from '@iot/logs';
import { consumersOf, type ConsumerName } from '@iot/register';
import type { Config } from '../connection/config.js';

/**
 * Retry topics at most. The alerts and the logic worker keep order, and what the notifier cannot
 * deliver has a schedule of its own: each has one, for what is sent back to it.
 */
const RETRIES: Partial<Record<ConsumerName, number>> = {
  'alerts-worker': 1,
  'logic-worker': 1,
  notifier: 1,
};

/** The topics of the platform, as the services would create them. */
export function wantedTopics(config: Config): ReturnType<typeof platformTopics> {
  const wanted = (['TELEMETRY_TOPIC', 'ALERTS_TOPIC'] as const).flatMap((topic) =>
    consumersOf(topic).flatMap(({ name, group }) =>
      platformTopics(
        { ...config, TELEMETRY_TOPIC: config[topic] },
        {
          name: config[group.variable],
          maxRetries: Math.min(RETRIES[name] ?? Infinity, config.MAX_RETRIES),
        },
      ),
    ),
  );
  const {
    ALERTS_TOPIC,
    LOGS_TOPIC,
    RESULTS_TOPIC,
    TELEMETRY_PARTITIONS,
    KAFKA_REPLICATION_FACTOR,
  } = config;
  // Of two of a name the last counts: the topic of alerts is none of readings.
  const all = [
    ...wanted,
    alertsTopic(ALERTS_TOPIC, KAFKA_REPLICATION_FACTOR),
    resultsTopic(RESULTS_TOPIC, TELEMETRY_PARTITIONS, KAFKA_REPLICATION_FACTOR),
    ...(LOGS_TOPIC ? [logsTopic(LOGS_TOPIC, KAFKA_REPLICATION_FACTOR)] : []),
  ];
  return [...new Map(all.map((topic) => [topic.topic, topic])).values()];
}
