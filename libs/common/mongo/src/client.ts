import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type Collection, type Db, type MongoClientOptions } from 'mongodb';
import {
  certificateProblem,
  ConfigError,
  mongoUrlLine,
  type loadConfig,
  type mongoEnv,
} from '@iot/config';
import { activeTracing } from '@iot/tracing';
import type {
  AttemptsDocument,
  AuditDocument,
  ServiceTokenDocument,
  SessionDocument,
  UserDocument,
} from './account-documents.js';
import { PROTOCOL_READ, PROTOCOL_WRITE } from './concerns.js';
import type {
  AlertDocument,
  AlertProgressDocument,
  AlertRuleDocument,
  AlertStateDocument,
  DeviceDocument,
  FactsDocument,
  MuteDocument,
  RawDocument,
  RollupDocument,
  VerificationDocument,
} from './documents.js';
import type { LogDocument } from './log-documents.js';
import type {
  LogicHeadDocument,
  LogicRevisionDocument,
  LogicVersionDocument,
  MachineStateDocument,
} from './machine-documents.js';
import type {
  GroupedAlertDocument,
  NotificationDocument,
  NotificationGroupDocument,
  ReceiverDocument,
  ReceiverRateDocument,
  RouteDocument,
} from './notification-documents.js';
import { install } from './surgery/install.js';
import { checkPoolSeldom } from './surgery/pool-check.js';
import { traceCommands } from './traced-commands.js';

export type MongoConfig = Pick<
  ReturnType<typeof loadConfig<typeof mongoEnv>>,
  'MONGO_URL' | 'MONGO_DB' | 'MONGO_TIMEOUT_MS'
>;

const CONNECT_AGAIN_MS = 500;

/**
 * The database and its collections. The client connects on first use and again after a failure;
 * nothing here waits for it.
 */
export class Mongo {
  readonly client: MongoClient;
  readonly db: Db;
  readonly raw: Collection<RawDocument>;
  readonly rollups: Collection<RollupDocument>;
  readonly alerts: Collection<AlertDocument>;
  readonly alertStates: Collection<AlertStateDocument>;
  readonly alertProgress: Collection<AlertProgressDocument>;
  readonly alertRules: Collection<AlertRuleDocument>;
  readonly mutes: Collection<MuteDocument>;
  readonly devices: Collection<DeviceDocument>;
  readonly verifications: Collection<VerificationDocument>;
  readonly facts: Collection<FactsDocument>;
  /** What decides who may do what is read as `protocol` in every process. */
  readonly users: Collection<UserDocument>;
  readonly sessions: Collection<SessionDocument>;
  readonly serviceTokens: Collection<ServiceTokenDocument>;
  readonly loginAttempts: Collection<AttemptsDocument>;
  readonly audit: Collection<AuditDocument>;
  readonly machineLogic: Collection<
    LogicVersionDocument | LogicHeadDocument | LogicRevisionDocument
  >;
  readonly machineStates: Collection<MachineStateDocument>;
  readonly receivers: Collection<ReceiverDocument>;
  readonly routes: Collection<RouteDocument>;
  readonly notifications: Collection<NotificationDocument>;
  readonly notificationGroups: Collection<NotificationGroupDocument>;
  readonly groupedAlerts: Collection<GroupedAlertDocument>;
  readonly receiverRates: Collection<ReceiverRateDocument>;
  readonly logs: Collection<LogDocument>;
  private readonly ended = new AbortController();
  private connectError: Error | undefined;

  /**
   * @param reads `protocol`: of the primary, what a majority holds; `url`: by the connection
   *   string, for a process that decides nothing by what
   *   it reads. Writes always wait for a majority.
   * @throws ConfigError when MONGO_URL is none, or names files that are not there
   */
  constructor(
    private readonly config: MongoConfig,
    appName: string,
    reads: 'protocol' | 'url' = 'protocol',
  ) {
    install();
    const tracing = activeTracing();
    this.client = clientOf(config.MONGO_URL, {
      appName,
      monitorCommands: tracing !== undefined,
      serverSelectionTimeoutMS: config.MONGO_TIMEOUT_MS,
      connectTimeoutMS: config.MONGO_TIMEOUT_MS,
      socketTimeoutMS: config.MONGO_TIMEOUT_MS * 4,
      minHeartbeatFrequencyMS: 500,
      ignoreUndefined: true,
    });
    checkPoolSeldom(this.client);
    if (tracing) traceCommands(this.client, tracing);
    // What is set here wins over the connection string; what the client is given does not.
    const { journal } = this.client.options.writeConcern ?? {};
    const writeConcern = { ...PROTOCOL_WRITE, ...(journal === true && { journal }) };
    this.db = this.client.db(config.MONGO_DB, {
      writeConcern,
      ...(reads === 'protocol' && PROTOCOL_READ),
    });
    this.raw = this.db.collection('telemetry_raw');
    this.rollups = this.db.collection('aggregated_data');
    this.alerts = this.db.collection('alerts');
    this.alertStates = this.db.collection('alert_states');
    this.alertProgress = this.db.collection('alert_progress');
    this.alertRules = this.db.collection('alert_rules');
    this.mutes = this.db.collection('mutes');
    this.devices = this.db.collection('devices');
    this.verifications = this.db.collection('verifications');
    this.facts = this.db.collection('platform_facts');
    const exact = this.client.db(config.MONGO_DB, { writeConcern, ...PROTOCOL_READ });
    this.users = exact.collection('users');
    this.sessions = exact.collection('sessions');
    this.serviceTokens = exact.collection('service_tokens');
    this.loginAttempts = exact.collection('login_attempts');
    this.audit = exact.collection('audit');
    this.machineLogic = this.db.collection('machine_logic');
    this.machineStates = this.db.collection('machine_states');
    this.receivers = exact.collection('receivers');
    this.routes = exact.collection('routes');
    this.notifications = exact.collection('notifications');
    this.notificationGroups = this.db.collection('notification_groups');
    this.groupedAlerts = this.db.collection('notification_alerts');
    this.receiverRates = this.db.collection('receiver_rates');
    this.logs = this.db.collection('logs');
  }

  /**
   * Connects, for as long as it takes. Without it the database must be there at the first use: a
   * driver whose first connection fails is closed for good, and answers everything after that with
   * "Topology is closed".
   */
  async connect(): Promise<void> {
    while (!this.ended.signal.aborted)
      try {
        await this.client.connect();
        this.connectError = undefined;
        return;
      } catch (error) {
        this.connectError = error as Error;
        await delay(CONNECT_AGAIN_MS, undefined, { signal: this.ended.signal }).catch(
          () => undefined,
        );
      }
  }

  /** @throws the driver's error when the database does not answer in time */
  async ping(): Promise<void> {
    try {
      await this.db.command({ ping: 1 }, { timeoutMS: this.config.MONGO_TIMEOUT_MS });
    } catch (error) {
      throw this.connectError ?? error;
    }
  }

  close(): Promise<void> {
    this.ended.abort();
    return this.client.close();
  }
}

function clientOf(url: string, options: MongoClientOptions): MongoClient {
  const refuse = (why: string): never => {
    throw new ConfigError(mongoUrlLine(url, why));
  };
  let client: MongoClient;
  try {
    client = new MongoClient(url, options);
  } catch (error) {
    return refuse((error as Error).message);
  }
  // The driver reads them when it connects, and then says "not connected yet" for ever.
  for (const option of ['tlsCAFile', 'tlsCertificateKeyFile'] as const) {
    const file = client.options[option];
    const wrong = file === undefined ? undefined : certificateProblem(file);
    if (wrong) refuse(`${option} must be ${wrong.replaceAll(file!, '…')}`);
  }
  return client;
}
