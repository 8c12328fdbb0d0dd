import { text, topicName } from '@iot/config';

/** The variable of who writes or reads what is told of alerts. */
export const alertsTopicEnv = {
  ALERTS_TOPIC: text({
    default: 'telemetry.alerts',
    ...topicName,
    desc: 'topic that is told of each change of an alert',
  }),
};

/** Alerts are few; a consumer shares them among some processes. */
const PARTITIONS = 6;
const DAYS = 30;

/** The topic, to be created. The key is the device id. */
export const alertsTopic = (name: string, replicationFactor: number) => ({
  topic: name,
  numPartitions: PARTITIONS,
  replicationFactor,
  configEntries: [
    { name: 'retention.ms', value: String(DAYS * 86_400_000) },
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'message.timestamp.type', value: 'CreateTime' },
  ],
});
