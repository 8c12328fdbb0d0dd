import { text, topicName } from '@iot/config';

/** The variables of who checks or issues device keys. */
export const credentialsEnv = {
  CREDENTIALS_TOPIC: text({
    default: 'telemetry.credentials',
    ...topicName,
    desc: 'compacted topic of the device keys',
  }),
  CREDENTIALS_SECRET: text({
    default: '',
    pattern: /^(|.{32,})$/s,
    allowed: '32 characters or more',
    desc: 'seals the secrets of enrolment groups and of receivers of notifications; the same for all who keep or use them',
  }),
  CREDENTIALS_SECRET_FILE: text({ default: '', desc: 'file with CREDENTIALS_SECRET' }),
};

/** What the ids of the groups begin with under which the topic is read. */
export const CREDENTIALS_GROUPS = 'credentials-';

/** The topic, to be created: compacted, one partition, as order counts. */
export const credentialsTopic = (name: string, replicationFactor: number) => ({
  topic: name,
  numPartitions: 1,
  replicationFactor,
  configEntries: [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'min.cleanable.dirty.ratio', value: '0.1' },
    { name: 'delete.retention.ms', value: String(86_400_000) },
    // Who changes a key looks at what came while it did so.
    { name: 'min.compaction.lag.ms', value: String(600_000) },
  ],
});
