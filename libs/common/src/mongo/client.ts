import { MongoClient, type Collection, type Db } from 'mongodb';
import type { loadConfig, mongoEnv } from '../config/index.js';
import type { AlertDocument, AlertStateDocument, DeviceDocument, RawDocument, RollupDocument } from './documents.js';

export type MongoConfig = Pick<ReturnType<typeof loadConfig<typeof mongoEnv>>, 'MONGO_URL' | 'MONGO_DB' | 'MONGO_TIMEOUT_MS'>;

/** The database and its collections. The client connects on first use and again after a failure; nothing here waits for it. */
export class Mongo {
  readonly client: MongoClient;
  readonly db: Db;
  readonly raw: Collection<RawDocument>;
  readonly rollups: Collection<RollupDocument>;
  readonly alerts: Collection<AlertDocument>;
  readonly alertStates: Collection<AlertStateDocument>;
  readonly devices: Collection<DeviceDocument>;

  constructor(
    private readonly config: MongoConfig,
    appName: string,
  ) {
    this.client = new MongoClient(config.MONGO_URL, {
      appName,
      serverSelectionTimeoutMS: config.MONGO_TIMEOUT_MS,
      connectTimeoutMS: config.MONGO_TIMEOUT_MS,
      socketTimeoutMS: config.MONGO_TIMEOUT_MS * 4,
      heartbeatFrequencyMS: 2000,
      minHeartbeatFrequencyMS: 500,
      ignoreUndefined: true,
      writeConcern: { w: 'majority' },
    });
    this.db = this.client.db(config.MONGO_DB);
    this.raw = this.db.collection('telemetry_raw');
    this.rollups = this.db.collection('aggregated_data');
    this.alerts = this.db.collection('alerts');
    this.alertStates = this.db.collection('alert_states');
    this.devices = this.db.collection('devices');
  }

  /** @throws the driver's error when the database does not answer in time */
  async ping(): Promise<void> {
    await this.db.command({ ping: 1 }, { timeoutMS: this.config.MONGO_TIMEOUT_MS });
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
