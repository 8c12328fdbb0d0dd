import { auditEnv } from '@iot/accounts';
import { alertsTopicEnv } from '@iot/alerting';
import { credentialsEnv } from '@iot/credentials';
import { resultsTopicEnv } from '@iot/logic';
import { alertCatalogueFrom, thresholdEnv, type SensorCatalogue } from '@iot/telemetry';
import { rollupsFrom } from '@iot/rollup';
import {
  decimal,
  groupName,
  integer,
  kafkaEnv,
  loadConfig,
  logsTopicEnv,
  mongoEnv,
  readingEnv,
  telemetryGroupsEnv,
  text,
  windowEnv,
} from '@iot/config';
import { consumersOf, REGISTER } from '@iot/register';

/**
 * The variables of the services that this command reads, under the same names and with the same
 * defaults.
 */
export const settingsEnv = {
  ...kafkaEnv,
  ...mongoEnv,
  ...readingEnv,
  ...thresholdEnv,
  ALERT_CRITICAL_MARGIN: decimal({
    default: 0.1,
    min: 0,
    max: 1000,
    desc: 'as for the alerts worker',
  }),
  ...windowEnv,
  LARGER_WINDOWS_WRITE_MS: integer({
    default: 20_000,
    min: 10,
    max: 60_000,
    desc: 'as for the aggregator',
  }),
  MAX_RETRIES: integer({ default: 3, min: 0, max: 10, desc: 'as for the workers' }),
  ...telemetryGroupsEnv,
  ...credentialsEnv,
  ...auditEnv,
  ...alertsTopicEnv,
  ...resultsTopicEnv,
  NOTIFIER_GROUP: text({
    default: REGISTER.notifier.group.name,
    ...groupName,
    desc: 'consumer group of the notifier',
  }),
  ...logsTopicEnv,
};

/** What this command knows of the installation. */
export type Config = ReturnType<typeof loadSettings>;

/** The groups of all that consumes readings. */
export const groupsOf = (config: Pick<Config, keyof typeof telemetryGroupsEnv>): string[] =>
  consumersOf('TELEMETRY_TOPIC').map(({ group }) => config[group.variable]);

/** Options that win over the environment. */
export interface ConnectionOptions {
  readonly brokers?: string;
  readonly mongoUrl?: string;
  readonly db?: string;
  /** Such as `aggregatorGroup`, for AGGREGATOR_GROUP. */
  readonly [group: `${string}Group`]: string;
}

/** The option of a group, as it is written: `aggregator-group`. */
export const groupFlag = (variable: string): string => variable.toLowerCase().replaceAll('_', '-');
/** The same as commander names it: `aggregatorGroup`. */
const groupOption = (variable: string): `${string}Group` =>
  groupFlag(variable).replace(/-[a-z]/g, ([, letter]) => letter!.toUpperCase()) as `${string}Group`;

/** @throws ConfigError naming every bad variable */
export function loadSettings(
  options: ConnectionOptions = {},
  env: NodeJS.ProcessEnv = process.env,
) {
  const given = {
    KAFKA_BOOTSTRAP_SERVERS: options.brokers,
    MONGO_URL: options.mongoUrl,
    MONGO_DB: options.db,
    ...Object.fromEntries(
      Object.keys(telemetryGroupsEnv).map((variable) => [variable, options[groupOption(variable)]]),
    ),
  };
  const loaded = loadConfig(settingsEnv, {
    ...env,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  });
  const catalogue: SensorCatalogue = alertCatalogueFrom(loaded);
  return { ...loaded, catalogue, ...rollupsFrom(loaded) };
}
