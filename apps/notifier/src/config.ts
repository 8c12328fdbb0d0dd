import { alertsTopicEnv } from '@iot/alerting';
import {
  ConfigError,
  integer,
  kafkaEnv,
  list,
  loadConfig,
  mongoEnv,
  oneOf,
  serviceEnv,
  text,
  workerEnv,
} from '@iot/config';
import { notificationEnv } from '@iot/notification';
import { isHostEntry } from './core/allowed-hosts.js';

/** The environment of the notifier. */
export const notifierEnv = {
  ...serviceEnv('notifier'),
  ...kafkaEnv,
  ...mongoEnv,
  ...alertsTopicEnv,
  ...workerEnv('notifier'),
  ...notificationEnv,
  NOTIFY_FILE: text({
    default: '',
    desc: 'JSON file with receivers and routes, for those who keep them in git; it is read again when it changes',
  }),
  NOTIFY_ALLOWED_HOSTS: list({
    default: [],
    pattern: isHostEntry,
    allowed: 'hosts such as hooks.internal, *.corp.example or 10.0.0.7:8080, comma-separated',
    desc: 'hosts of webhooks and of SMTP that may be at any address, and be asked by http; others must be on the public Internet',
  }),
  NOTIFY_TIMEOUT_MS: integer({
    default: 10_000,
    min: 100,
    max: 120_000,
    desc: 'time for one delivery; a notification whose process died is tried again after three times that',
  }),
  NOTIFY_CONCURRENCY: integer({
    default: 16,
    min: 1,
    max: 256,
    desc: 'deliveries at the same time, two of them for one receiver at most',
  }),
  NOTIFY_GIVE_UP_HOURS: integer({
    default: 72,
    min: 1,
    max: 720,
    desc: 'how long a notification is tried before it is given up',
  }),
  NOTIFICATION_RETENTION_DAYS: integer({
    default: 90,
    min: 1,
    max: 365,
    desc: 'days that notifications are kept',
  }),
  SMTP_HOST: text({
    default: '',
    pattern: /^[\w.:-]*$/,
    allowed: 'a host name or address',
    desc: 'mail server; empty: no e-mail can be sent',
  }),
  SMTP_PORT: integer({ default: 587, min: 1, max: 65_535, desc: 'its port' }),
  SMTP_SECURITY: oneOf(['starttls', 'tls', 'none'], {
    default: 'starttls',
    desc: 'starttls: nothing is sent before TLS; tls: from the first byte; none: never',
  }),
  SMTP_USERNAME: text({ default: '', desc: 'user at the mail server; empty: none' }),
  SMTP_PASSWORD: text({ default: '', desc: 'its password' }),
  SMTP_PASSWORD_FILE: text({ default: '', desc: 'file with SMTP_PASSWORD' }),
  SMTP_FROM: text({
    default: 'iot-telemetry@localhost',
    pattern: /^[^\s@<>,]{1,64}@[A-Za-z0-9.-]{1,255}$/,
    allowed: 'an e-mail address',
    desc: 'sender of e-mails',
  }),
  PARTITION_CONCURRENCY: integer({
    default: 4,
    min: 1,
    max: 64,
    desc: 'partitions handled side by side',
  }),
};

export type NotifierConfig = ReturnType<typeof notifierConfig>;

/** @throws ConfigError naming every bad variable */
export function notifierConfig(env: NodeJS.ProcessEnv = process.env) {
  const loaded = loadConfig(notifierEnv, env);
  if (loaded.SMTP_USERNAME !== '' && loaded.SMTP_SECURITY === 'none')
    throw new ConfigError('SMTP_USERNAME is set; allowed: only with SMTP_SECURITY tls or starttls');
  // What variables hold that receivers name is none of ours to check.
  const named = Object.entries(env).filter(([name]) => name.startsWith('NOTIFY_RECEIVER_'));
  return { ...loaded, receiverVariables: Object.fromEntries(named) };
}
