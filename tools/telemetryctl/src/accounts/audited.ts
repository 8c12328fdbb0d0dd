import { Audit, type AuditEntry } from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';

const TIMEOUT_MS = 2000;

/**
 * Leaves a record of what a command did. Keys need Kafka alone, so that they can be revoked while
 * MongoDB is away: then one line says that there is no record.
 */
export async function audited(
  { config }: Pick<Platform, 'config'>,
  context: Pick<Context, 'actor' | 'say'>,
  entry: AuditEntry,
): Promise<void> {
  const mongo = new Mongo({ ...config, MONGO_TIMEOUT_MS: TIMEOUT_MS }, 'telemetryctl');
  try {
    const audit = new Audit(mongo.audit, config.AUDIT_RETENTION_DAYS);
    await audit.record(context.actor(), entry, new Date());
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    context.say(`There is no record of this in the audit, as MongoDB does not answer: ${line}`);
  } finally {
    await mongo.close();
  }
}
