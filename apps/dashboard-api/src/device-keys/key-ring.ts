import { auditedChange, type Actor, type AuditEntry } from '@iot/accounts';
import type { CredentialRecord, GroupRecord, Issued, KeyRecord } from '@iot/credentials';
import { createKafka } from '@iot/kafka';
import {
  changeCredentials,
  Contended,
  describeCredentials,
  NoSuchCredential,
  readCredentials,
  type DescribedCredential,
  type Held,
  type Ring,
} from '@iot/key-ring';
import { isDatabaseUnavailable } from '@iot/mongo';
import { withinDeadline } from '@iot/resilience';
import { ProblemError, type Logger } from '@iot/service';
import type { AccountsInForce } from '../access/accounts.js';
import type { DashboardConfig } from '../config.js';

type Kind = 'key' | 'group';

/** What is to be written, whose record in the audit it is, and what is answered. */
interface Made<T> {
  readonly records: ReadonlyMap<string, CredentialRecord | null>;
  readonly target: string;
  readonly answer: T;
}

const DEADLINE_MS = 15_000;
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 };

/**
 * The device keys, as admins change them: each time the topic is read anew, as it is the truth and
 * they are seldom asked for.
 */
export class KeyRing {
  private readonly kafka: Ring['kafka'];

  constructor(
    private readonly config: DashboardConfig,
    private readonly accounts: AccountsInForce,
    private readonly log: Logger,
  ) {
    this.kafka = createKafka(config, 'dashboard-api-keys', log, { retry: RETRY });
  }

  async list(kind: Kind): Promise<DescribedCredential[]> {
    const held = await this.with((ring) => readCredentials(ring));
    return describeCredentials(held, kind, Date.now());
  }

  /**
   * Changes keys, and leaves a record of it ({@link auditedChange}).
   * @param make is called again where another's change came in between
   * @throws ProblemError 404, 409 where AUTH is off, 503
   */
  async change<T>(actor: Actor, entry: AuditEntry, make: (held: Held) => Made<T>): Promise<T> {
    const { audit } = this.accounts.get();
    const { answer } = await auditedChange<Made<T>>({
      entry,
      record: (filled) => audit.record(actor, filled, new Date()),
      missing: ({ message }) =>
        this.log.warn({ action: entry.action, error: message }, 'the audit has no record of it'),
      change: (before) => this.with((ring) => changeCredentials(ring, make, before)),
    });
    return answer;
  }

  /** What seals the secrets of groups. @throws ProblemError 409 */
  get sealing(): string {
    const { CREDENTIALS_SECRET } = this.config;
    if (CREDENTIALS_SECRET !== '') return CREDENTIALS_SECRET;
    throw new ProblemError(409, 'CREDENTIALS_SECRET is not set here: it seals secrets of groups.');
  }

  /** @throws ProblemError 404, 409, 503 when Kafka does not answer */
  private async with<T>(work: (ring: Ring) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    const done = (async () => {
      await admin.connect();
      return work({ kafka: this.kafka, admin, config: this.config });
    })();
    try {
      return await withinDeadline(DEADLINE_MS, done);
    } catch (error) {
      if (error instanceof ProblemError || isDatabaseUnavailable(error)) throw error;
      if (error instanceof NoSuchCredential)
        throw new ProblemError(404, `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.`);
      if (error instanceof Contended)
        throw new ProblemError(409, 'Others change the same device keys now: try again.');
      throw new ProblemError(503, 'Kafka, which holds the device keys, does not answer.');
    } finally {
      void admin.disconnect().catch(() => undefined);
    }
  }
}

/** An issued secret, as it is written and answered. */
export const issued = ({ id, record, secret }: Issued<KeyRecord | GroupRecord>) => ({
  records: new Map([[id, record]]),
  target: id,
  answer: { id, secret },
});
