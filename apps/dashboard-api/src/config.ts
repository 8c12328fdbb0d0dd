import { isIP } from 'node:net';
import { accountsEnv, oidcEnv } from '@iot/accounts';
import {
  authEnv,
  corsEnv,
  flag,
  httpEnv,
  integer,
  kafkaEnv,
  kubernetesEnv,
  list,
  loadConfig,
  mongoEnv,
  readingEnv,
  serviceEnv,
  telemetryGroupsEnv,
  text,
} from '@iot/config';
import { credentialsEnv } from '@iot/credentials';
import { logicLimitsEnv } from '@iot/logic';
import { notificationEnv } from '@iot/notification';

/** Trials keep few programs ready. */
const { LOGIC_CACHE_BYTES: _, ...trialLimits } = logicLimitsEnv;

/** An address or a network, as Fastify takes them. */
function isProxy(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [address = '', prefix, ...rest] = entry.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return bits > 0 && fits && rest.length === 0;
}

/** The environment of this service. */
export const dashboardEnv = {
  ...serviceEnv('dashboard-api'),
  ...mongoEnv,
  SENSORS_FILE: readingEnv.SENSORS_FILE,
  ...corsEnv,
  TRUSTED_PROXIES: list({
    default: [],
    pattern: isProxy,
    allowed: 'addresses or networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
    desc: 'proxies whose X-Forwarded-For says who asks: log-in is throttled by that address, and the audit has it',
  }),
  ...accountsEnv,
  ...oidcEnv,
  ...notificationEnv,
  // For what admins do with device keys.
  ...credentialsEnv,
  ...authEnv,
  ...httpEnv(1000),
  MAX_EXPORTS: integer({
    default: 8,
    min: 1,
    max: 1000,
    desc: 'exports (CSV and NDJSON without a limit) at the same time; further ones are answered 503',
  }),
  READER_STALL_MS: integer({
    default: 30_000,
    min: 1000,
    max: 3_600_000,
    desc: 'a reader that takes nothing of an answer for so long is cut off',
  }),
  MAX_VIEWERS: integer({
    default: 800,
    min: 1,
    max: 100_000,
    desc: 'streams of /live and /logs/tail, together, at the same time; further ones are answered 503. Each holds one of MAX_CONNECTIONS',
  }),
  // For what /platform says of the consumers. Everything else works without Kafka.
  ...kafkaEnv,
  ...telemetryGroupsEnv,
  MAX_RETRIES: integer({ default: 3, min: 0, max: 10, desc: 'as for the workers' }),
  ...kubernetesEnv,
  PLATFORM_SELECTOR: text({
    default: 'app.kubernetes.io/name=iot-telemetry',
    pattern: /^[\w./-]+=[\w./-]+(,[\w./-]+=[\w./-]+)*$/,
    allowed: 'labels such as app.kubernetes.io/instance=iot, comma-separated',
    desc: 'labels of the Kubernetes objects that /platform shows',
  }),
  // Programs of machines are tried here.
  ...trialLimits,
  VERIFY_EXPECTED: flag({
    default: false,
    desc: 'something runs `telemetryctl verify --record` each night: an alert tells when it never did',
  }),
};

export type DashboardConfig = ReturnType<typeof loadConfig<typeof dashboardEnv>>;

/** @throws ConfigError naming every bad variable */
export const dashboardConfig = (env: NodeJS.ProcessEnv = process.env): DashboardConfig =>
  loadConfig(dashboardEnv, env);
