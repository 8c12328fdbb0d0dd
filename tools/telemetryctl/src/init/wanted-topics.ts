import { alertsTopic } from '@iot/alerting';
import { platformTopics } from '@iot/kafka';
import { consumersOf, type ConsumerName } from '@iot/register';
import type { Config } from '../connection/config.js';

/**
 * Retry topics at most. The alerts and the logic worker keep order: each has one, for what is sent
 * back to it.
 */
const RETRIES: Partial<Record<ConsumerName, number>> = { 'alerts-worker': 1, 'logic-worker': 1 };

/** The topics of the platform, as the services would create them. */
export function wantedTopics(config: Config): ReturnType<typeof platformTopics> {
  const wanted = consumersOf('TELEMETRY_TOPIC').flatMap(({ name, group }) =>
    platformTopics(config, {
      name: config[group.variable],
      maxRetries: Math.min(RETRIES[name] ?? Infinity, config.MAX_RETRIES),
    }),
  );
  const alerts = alertsTopic(config.ALERTS_TOPIC, config.KAFKA_REPLICATION_FACTOR);
  return [...new Map([...wanted, alerts].map((topic) => [topic.topic, topic])).values()];
}
