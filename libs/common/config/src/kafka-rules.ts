import { consumersOf } from '@iot/register';
import { certificateProblem, keyPairRule } from './pem-rules.js';
import type { Rule, Values } from './rule.js';

const LONGEST_TOPIC = 249;
const LONGEST_RETRY_SUFFIX = '..retry.10'.length;
/**
 * Records keep their time of arrival on retry topics, which hold them for 60 days from then on, and
 * for days after the last delay.
 */
const LONGEST_RETRYING_MS = 30 * 86_400_000;
const DELAY_FACTOR = 5;
/** The variables that name groups of one topic. */
const GROUPS = consumersOf('TELEMETRY_TOPIC').map(({ group }) => group.variable);

/**
 * Kafka takes `.` and `_` for the same in the names of its metrics, and refuses topics that differ
 * in nothing else.
 */
const collide = (a: string, b: string): boolean => metricName(a) === metricName(b);
const metricName = (topic: string): string => topic.replaceAll('.', '_');
const isRetryTopicOf = (topic: string, name: string): boolean =>
  metricName(name).startsWith(`${metricName(topic)}_`) &&
  /_.+_retry_\d+$/.test(metricName(name).slice(topic.length));

/** `A is "x" and B is "y"; allowed: …`. */
const both = (values: Values, a: string, b: string, allowed: string): string => {
  const is = (variable: string): string =>
    `${variable} is ${values[variable] === '' ? 'not set' : JSON.stringify(values[variable])}`;
  return `${is(a)} and ${is(b)}; allowed: ${allowed}`;
};
const text = (values: Values, variable: string): string => String(values[variable]);

/** A dead letter that is read as a reading becomes a dead letter, for ever. */
const topics: Rule = {
  of: ['TELEMETRY_TOPIC', 'DLQ_TOPIC'],
  problems: (values) => {
    const [telemetry, dead] = [text(values, 'TELEMETRY_TOPIC'), text(values, 'DLQ_TOPIC')];
    if (collide(telemetry, dead))
      return [
        both(
          values,
          'DLQ_TOPIC',
          'TELEMETRY_TOPIC',
          'two topics, whose names differ in more than . and _',
        ),
      ];
    if (isRetryTopicOf(telemetry, dead))
      return [
        both(
          values,
          'DLQ_TOPIC',
          'TELEMETRY_TOPIC',
          'a topic that is no retry topic (TELEMETRY_TOPIC.GROUP.retry.N)',
        ),
      ];
    return isRetryTopicOf(dead, telemetry)
      ? [
          both(
            values,
            'TELEMETRY_TOPIC',
            'DLQ_TOPIC',
            'a topic that does not look like a retry topic of DLQ_TOPIC',
          ),
        ]
      : [];
  },
};

/**
 * A topic of readings that is compacted loses readings, and keys or alerts among readings are none.
 */
const ownTopic = (
  own: 'CREDENTIALS_TOPIC' | 'ALERTS_TOPIC' | 'LOGS_TOPIC',
  other: string,
): Rule => ({
  of: [own, other],
  problems: (values) =>
    collide(text(values, own), text(values, other))
      ? [both(values, own, other, 'two topics, whose names differ in more than . and _')]
      : [],
});

const retryTopicName = (group: string): Rule => ({
  of: ['TELEMETRY_TOPIC', group],
  problems: (values) => {
    const most = LONGEST_TOPIC - LONGEST_RETRY_SUFFIX;
    const length = text(values, 'TELEMETRY_TOPIC').length + text(values, group).length;
    return length > most
      ? [
          both(
            values,
            'TELEMETRY_TOPIC',
            group,
            `together at most ${most} characters, as retry topics have both in their names`,
          ),
        ]
      : [];
  },
});

/** Two workers in one group would each get half of the partitions. */
const twoGroups = (a: string, b: string): Rule => ({
  of: [a, b],
  problems: (values) =>
    collide(text(values, a), text(values, b))
      ? [both(values, a, b, 'two groups, whose names differ in more than . and _')]
      : [],
});

const retryTime: Rule = {
  of: ['MAX_RETRIES', 'RETRY_BASE_DELAY_MS'],
  problems: (values) => {
    const [retries, first] = [Number(values['MAX_RETRIES']), Number(values['RETRY_BASE_DELAY_MS'])];
    const sum = (first * (DELAY_FACTOR ** retries - 1)) / (DELAY_FACTOR - 1);
    return sum > LONGEST_RETRYING_MS
      ? [
          both(
            values,
            'MAX_RETRIES',
            'RETRY_BASE_DELAY_MS',
            'delays, each 5 times the one before, that sum up to 30 days at most',
          ),
        ]
      : [];
  },
};

const sasl: Rule = {
  of: ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  problems: (values) => {
    const [mechanism, user, password] = [
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_USERNAME',
      'KAFKA_SASL_PASSWORD',
    ] as const;
    const allowed = 'mechanism, user and password, or none of them';
    if (values[mechanism] === '') {
      if (values[user] !== '') return [both(values, user, mechanism, allowed)];
      return values[password] === ''
        ? []
        : [`${password} is set and ${mechanism} is not set; allowed: ${allowed}`];
    }
    const missing = [user, password].filter((name) => values[name] === '');
    return missing.slice(0, 1).map((name) => both(values, mechanism, name, allowed));
  },
};

/** A file that would not be used means that somebody takes a connection for safer than it is. */
const tls: Rule = {
  of: ['KAFKA_SSL', 'KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'],
  problems: (values, given) => {
    const pair = keyPairRule('KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE');
    if (values['KAFKA_SSL'] !== true)
      return ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE']
        .filter((variable) => values[variable] !== '')
        .slice(0, 1)
        .map((variable) => both(values, variable, 'KAFKA_SSL', 'KAFKA_SSL=true, or no such file'));
    const file = text(values, 'KAFKA_SSL_CA_FILE');
    const wrong = file === '' ? undefined : certificateProblem(file);
    return [
      ...(wrong ? [`KAFKA_SSL_CA_FILE is ${JSON.stringify(file)}; allowed: ${wrong}`] : []),
      ...pair.problems(values, given),
    ];
  },
};

/** What the variables of Kafka must be to each other. */
export const kafkaRules: readonly Rule[] = [
  topics,
  ...['TELEMETRY_TOPIC', 'DLQ_TOPIC'].flatMap((other) => [
    ownTopic('CREDENTIALS_TOPIC', other),
    ownTopic('ALERTS_TOPIC', other),
    ownTopic('LOGS_TOPIC', other),
  ]),
  ...['CONSUMER_GROUP', ...GROUPS].map(retryTopicName),
  ...GROUPS.flatMap((a, i) => GROUPS.slice(i + 1).map((b) => twoGroups(a, b))),
  retryTime,
  sasl,
  tls,
];
