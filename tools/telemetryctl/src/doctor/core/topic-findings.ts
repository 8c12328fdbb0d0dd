import { fail, ok, warn, type Finding } from './finding.js';

/** A topic as the platform would create it. */
export interface WantedTopic {
  readonly topic: string;
  readonly partitions: number;
  /** −1: as the broker would have it. */
  readonly replication: number;
  readonly role: 'telemetry' | 'dead letters' | 'retry' | 'alerts' | 'results' | 'logs';
}

/** What is read beside the platform: nothing is redriven to it, and its records are no readings. */
const isSideTopic = (role: WantedTopic['role']): boolean =>
  role === 'alerts' || role === 'results' || role === 'logs';

/** The same as it is; undefined: it is not there. */
export interface ActualTopic {
  readonly partitions: number;
  /** Fewest replicas of a partition. */
  readonly replication: number;
  /** Topic settings in force, by Kafka's name. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a topic is compared with besides. */
export interface Surroundings {
  readonly brokers: number;
  readonly rawRetentionDays: number;
  /** How long `telemetry.raw` keeps records, ms; Infinity: for ever. */
  readonly telemetryRetentionMs: number;
  /** The same of the dead letters. */
  readonly deadLetterRetentionMs: number;
  /** Largest record batch of `telemetry.raw`, bytes. */
  readonly telemetryMaxBytes: number;
}

const DAY_MS = 86_400_000;
/** With three replicas one broker may be away while another is restarted. */
const SAFE_REPLICAS = 3;

export const retentionOf = ({ settings }: Pick<ActualTopic, 'settings'>): number => {
  const ms = Number(settings['retention.ms'] ?? -1);
  return ms < 0 ? Infinity : ms;
};

export const maxBytesOf = ({ settings }: Pick<ActualTopic, 'settings'>): number =>
  Number(settings['max.message.bytes'] ?? 0);

/** All that is to be said of one topic, with one line at least. */
export function topicFindings(
  wanted: WantedTopic,
  actual: ActualTopic | undefined,
  around: Surroundings,
): Finding[] {
  const { topic } = wanted;
  if (!actual)
    return [
      warn(topic, 'is not there', 'run `telemetryctl init`, or start a service: it creates it'),
    ];
  const found = CHECKS.map((check) => check(wanted, actual, around)).filter(
    (finding) => finding !== undefined,
  );
  return found.length > 0
    ? found
    : [ok(topic, `${actual.partitions} partitions, ${actual.replication} replicas, as wanted`)];
}

const BROKERS = '--bootstrap-server …';
const CONFIGURE = `kafka-configs.sh ${BROKERS} --alter --entity-type topics`;

type Check = (
  wanted: WantedTopic,
  actual: ActualTopic,
  around: Surroundings,
) => Finding | undefined;

const partitions: Check = ({ topic, partitions: wanted }, { partitions: there }) =>
  there === wanted
    ? undefined
    : there < wanted
      ? warn(
          topic,
          `has ${there} partitions, ${wanted} are wanted`,
          `kafka-topics.sh ${BROKERS} --alter --topic ${topic} --partitions ${wanted}, once the lag is drained`,
        )
      : warn(
          topic,
          `has ${there} partitions, ${wanted} are wanted; partitions cannot be taken away`,
          'give the services the number that is there (TELEMETRY_PARTITIONS)',
        );

const replication: Check = ({ topic, replication: asked }, { replication: there }, { brokers }) => {
  const todo = `move it to more brokers with kafka-reassign-partitions.sh`;
  const says = `has ${there} ${there === 1 ? 'replica' : 'replicas'} on ${brokers} brokers`;
  if (there < Math.min(asked, brokers))
    return fail(topic, `${says}, ${asked} are wanted`, todo, 'replication');
  if (there === 1 && brokers === 1)
    return warn(topic, 'has one replica, as there is one broker', 'three brokers in production');
  if (there === 1) return fail(topic, says, todo, 'replication');
  return there < Math.min(SAFE_REPLICAS, brokers) ? warn(topic, says, todo) : undefined;
};

const inSyncReplicas: Check = ({ topic, role }, { replication: replicas, settings }) => {
  // What is lost of lines is on standard output.
  if (role === 'logs') return undefined;
  const least = Number(settings['min.insync.replicas'] ?? 1);
  const says = `min.insync.replicas is ${least} of ${replicas} replicas`;
  const set = (n: number): string =>
    `${CONFIGURE} --entity-name ${topic} --add-config min.insync.replicas=${n}`;
  if (replicas >= SAFE_REPLICAS && least < 2)
    return fail(topic, `${says}: a 202 means one copy`, set(2), 'in-sync-replicas');
  if (replicas === 2 && least < 2) return warn(topic, `${says}: a 202 means one copy`, set(2));
  if (replicas > 1 && least >= replicas)
    return warn(
      topic,
      `${says}: nothing is taken while one broker is away`,
      replicas > 2 ? set(replicas - 1) : 'a third replica',
    );
  return undefined;
};

const cleanup: Check = ({ topic, role }, { settings }) =>
  (settings['cleanup.policy'] ?? 'delete') === 'delete'
    ? undefined
    : fail(
        topic,
        `cleanup.policy is ${settings['cleanup.policy']}: of ${role} with one key all but the last go`,
        `${CONFIGURE} --entity-name ${topic} --add-config cleanup.policy=delete`,
        'compaction',
      );

const days = (ms: number): string =>
  ms === Infinity ? 'for ever' : `for ${Number((ms / DAY_MS).toFixed(2))} days`;

const retention: Check = ({ topic, role }, actual, around) => {
  const ms = retentionOf(actual);
  const set = (least: number): string =>
    `${CONFIGURE} --entity-name ${topic} --add-config retention.ms=${least}`;
  if (role === 'telemetry') {
    if (ms < DAY_MS)
      return fail(
        topic,
        `keeps records ${days(ms)}: a worker or the database may be away for no longer`,
        set(7 * DAY_MS),
        'retention',
      );
    return ms > around.rawRetentionDays * DAY_MS
      ? warn(
          topic,
          `keeps records ${days(ms)}, and raw readings are kept for ${around.rawRetentionDays}: ` +
            'older ones that are read again become dead letters',
          'a shorter retention.ms, or a longer RAW_RETENTION_DAYS',
        )
      : undefined;
  }
  if (isSideTopic(role)) return undefined;
  const least =
    role === 'dead letters' ? around.telemetryRetentionMs : around.deadLetterRetentionMs;
  if (ms > least || (ms === Infinity && least === Infinity)) return undefined;
  const what = role === 'dead letters' ? 'readings' : 'dead letters';
  return fail(
    topic,
    `keeps records ${days(ms)}, and ${what} are kept ${days(least)}: ` +
      (role === 'dead letters'
        ? 'verify will miss events'
        : 'what is redriven may be gone at once'),
    set(least === Infinity ? -1 : least * 2),
    'retention',
  );
};

const timestamps: Check = ({ topic }, { settings }) =>
  settings['message.timestamp.type'] === 'LogAppendTime'
    ? warn(
        topic,
        'message.timestamp.type is LogAppendTime: retention counts from when a record came here',
        `${CONFIGURE} --entity-name ${topic} --add-config message.timestamp.type=CreateTime`,
      )
    : undefined;

const compression: Check = ({ topic }, { settings }) => {
  const type = settings['compression.type'] ?? 'producer';
  return type === 'producer'
    ? undefined
    : warn(
        topic,
        `compression.type is ${type}: the broker compresses each batch anew`,
        'fine where disks are scarcer than CPU; else compression.type=producer',
      );
};

const size: Check = ({ topic, role }, actual, { telemetryMaxBytes }) => {
  const bytes = maxBytesOf(actual);
  return role === 'telemetry' || isSideTopic(role) || bytes > telemetryMaxBytes
    ? undefined
    : warn(
        topic,
        `max.message.bytes is ${bytes}, no more than that of the telemetry topic: large records get no headers there`,
        `${CONFIGURE} --entity-name ${topic} --add-config max.message.bytes=${telemetryMaxBytes * 2}`,
      );
};

const CHECKS: readonly Check[] = [
  partitions,
  replication,
  inSyncReplicas,
  cleanup,
  retention,
  timestamps,
  compression,
  size,
];
