import type { Logger } from 'pino';
import {
  Authenticator,
  Credentials,
  CREDENTIALS_GROUPS,
  credentialsTopic,
  type Applied,
} from '@iot/credentials';
import { createKafka, TopicTable } from '@iot/kafka';
import type { IngestionConfig } from '../config.js';
import type { IngestionMetrics } from '../metrics.js';

interface Held {
  readonly credentials: Credentials;
  readonly authenticator: Authenticator;
}

/**
 * The device keys in memory, read from their topic and followed there: keys go on to work whatever
 * database is away, and a revocation is in force as soon as its record is read.
 */
export class DeviceKeys {
  private readonly table: TopicTable<Held>;

  constructor(config: IngestionConfig, metrics: IngestionMetrics, log: Logger) {
    const { CREDENTIALS_TOPIC, CREDENTIALS_SECRET, KAFKA_REPLICATION_FACTOR } = config;
    this.table = new TopicTable<Held>({
      kafka: createKafka(config, 'ingestion-api-keys', log),
      topic: credentialsTopic(CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR),
      groupPrefix: CREDENTIALS_GROUPS,
      empty: () => {
        const credentials = new Credentials(CREDENTIALS_SECRET || undefined);
        return { credentials, authenticator: new Authenticator(credentials) };
      },
      apply: ({ credentials }, id, value) => warn(log, id, credentials.apply(id, value)),
      log,
    });
    Object.assign(metrics.credentials, { collect: () => this.measure(metrics) });
  }

  /** Checks keys; undefined until the topic was read to its end. */
  get authenticator(): Authenticator | undefined {
    return this.table.current?.authenticator;
  }

  /** All of them, and what checks them; undefined until the topic was read to its end. */
  get held(): Held | undefined {
    return this.table.current;
  }

  /** @throws until the topic was read to its end */
  check(): void {
    this.table.check();
  }

  start(): void {
    this.table.start();
  }

  close(): Promise<void> {
    return this.table.close();
  }

  private measure({ credentials: held, credentialsAge }: IngestionMetrics): void {
    const { current, currentAt } = this.table;
    if (!current) return;
    held.set({ kind: 'key' }, current.credentials.keys.size);
    held.set({ kind: 'group' }, current.credentials.groupCount);
    held.set({ kind: 'blocked' }, current.credentials.blockedCount);
    credentialsAge.set((Date.now() - currentAt) / 1000);
  }
}

const WARNINGS: Partial<Record<Applied, string>> = {
  unreadable: 'a record of the device keys cannot be read: what it is about is out of force',
  sealed_otherwise: 'an enrolment group was sealed with another CREDENTIALS_SECRET',
};

function warn(log: Logger, id: string, applied: Applied): void {
  const warning = WARNINGS[applied];
  if (warning !== undefined) log.warn({ credential: id.slice(0, 150) }, warning);
}
