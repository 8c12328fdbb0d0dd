import {
  DeadLettersRefusal,
  findDeadLetters,
  newestDeadLetters,
  redrive,
  type DeadLetter,
  type DeadLetterLog,
  type Newest,
  type Redriven,
  type RedriveOptions,
} from '@iot/dead-letters';
import { asMissingRight, createKafka, MissingRight } from '@iot/kafka';
import { consumersOf } from '@iot/register';
import { withinDeadline } from '@iot/resilience';
import { ProblemError, type Logger } from '@iot/service';
import type { DashboardConfig } from '../config.js';
import { Cached } from '../platform/cached.js';

/** The newest so many are looked at, however many there are. */
const LOOKED_AT = 5000;
/** An answer is good for this long, however many ask. */
const KEEP_MS = 5000;
const READ_MS = 15_000;
const REDRIVE_MS = 60_000;
const MAX_REDRIVES = 3;
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 };

/** Dead letters, as Kafka has them. */
export class DeadLettersReader {
  private readonly kafka: DeadLetterLog['kafka'];
  private readonly groups: readonly string[];
  private readonly found: Cached<Newest>;
  private isRedriving = false;

  constructor(
    private readonly config: DashboardConfig,
    log: Logger,
  ) {
    this.kafka = createKafka(config, 'dashboard-api-dead-letters', log, { retry: RETRY });
    this.groups = consumersOf('TELEMETRY_TOPIC').map(({ group }) => config[group.variable]);
    this.found = new Cached(
      () => this.with((letters) => newestDeadLetters(letters, LOOKED_AT)),
      KEEP_MS,
      READ_MS,
    );
  }

  /** The newest of all, read at most once in a while. @throws ProblemError 503 */
  newest(): Promise<Newest> {
    return asked(this.found.get());
  }

  /** @throws ProblemError 404, 503 */
  async one(partition: number, offset: number): Promise<DeadLetter> {
    const place = `${this.config.DLQ_TOPIC}/${partition}/${offset}`;
    const letters = await asked(
      withinDeadline(
        READ_MS,
        this.with((log) => findDeadLetters(log, place)),
      ),
    );
    return letters[0]!;
  }

  /** @throws ProblemError 404, 409, 503 */
  async redrive(options: Omit<RedriveOptions, 'maxRedrives'>): Promise<Redriven> {
    if (this.isRedriving) throw new ProblemError(409, 'Another redrive is under way here.');
    this.isRedriving = true;
    const work = this.with((log) =>
      redrive(log, { ...options, maxRedrives: MAX_REDRIVES }, () => undefined),
    ).finally(() => (this.isRedriving = false));
    return asked(withinDeadline(REDRIVE_MS, work));
  }

  private async with<T>(work: (log: DeadLetterLog) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return await work({ kafka: this.kafka, admin, config: this.config, groups: this.groups });
    } finally {
      void admin.disconnect().catch(() => undefined);
    }
  }
}

/** In the words of an answer. @throws ProblemError */
async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const error = asMissingRight(thrown);
    if (error instanceof DeadLettersRefusal)
      throw new ProblemError(error.kind === 'no retries' ? 409 : 404, sentence(error.message));
    if (error instanceof MissingRight) throw new ProblemError(503, sentence(error.message));
    throw new ProblemError(503, 'Kafka, which holds the dead letters, does not answer.');
  }
}

const sentence = (text: string): string =>
  `${text[0]!.toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
