import type { OffsetGap } from '@iot/kafka';
import { timeText } from '../output/time-text.js';
import type { AlertRules } from './alert-rules.js';
import type { Discrepancies } from './discrepancies.js';
import { eventOf, type LogEvent, type ReadingRules } from './event.js';
import { fingerprint } from './fingerprint.js';
import { MARK, type LogIndex, type PartitionIndex } from './log-index.js';
import { inScope, type Progress, type VerifyOptions } from './options.js';
import type { DifferingCopies } from './differing-copies.js';
import { eventOfDocument, keyOf } from './raw-document.js';
import type { GroupPosition, Snapshot } from './snapshot.js';
import type { Sources } from './sources.js';

/** What became of every record, for one group. They add up to `records`. */
export interface Ledger {
  records: number;
  stored: number;
  duplicate: number;
  inRetry: number;
  deadLettered: number;
  /** Behind the group's committed offset: not handled yet. */
  pending: number;
  /** Not stored, and of a time that raw retention has removed. */
  expired: number;
  missing: number;
}

/** A record that the log has and the database has not. */
export interface LostEvent {
  readonly event: LogEvent;
  readonly source: string;
}

export interface LogContext extends Sources {
  readonly topic: string;
  readonly snapshot: Snapshot;
  readonly index: LogIndex;
  readonly rules: ReadingRules;
  readonly alertRules: AlertRules;
  /** Raw events before it may be gone (epoch ms). */
  readonly retainedFrom: number;
  readonly options: VerifyOptions;
  readonly discrepancies: Discrepancies;
  readonly copies: DifferingCopies;
  readonly progress: Progress;
  readonly lost: (event: LostEvent) => void;
}

export interface ReadLog {
  readonly ledger: Ledger;
  /**
   * Records that kafkajs could not decode, or that came with such: the workers' decoder read them.
   */
  readonly notByTheLibrary: number;
  /** The first offset of each partition that was not read. */
  readonly reached: ReadonlyMap<number, number>;
}

interface Candidate {
  readonly event: LogEvent;
  readonly partition: number;
  readonly offset: number;
}

const LOOKUP = 2000;

/** Reads the telemetry topic once and accounts for each of its records. */
export async function scanLog(context: LogContext): Promise<ReadLog> {
  const scan = new LogScan(context);
  const { read, topic, index, discrepancies } = context;
  const to = new Map([...index].map(([partition, { end }]) => [partition, end]));
  const gaps: OffsetGap[] = [];
  const reached = await read(
    topic,
    async ({ partition, messages, byTheLibrary }) => {
      if (!byTheLibrary) scan.notByTheLibrary += messages.length;
      for (const message of messages)
        scan.take(partition, message.offset, message.key, message.value, Number(message.timestamp));
      if (scan.candidates.length >= LOOKUP) await scan.lookUp();
    },
    { to, onGap: (gap) => void gaps.push(gap) },
  );
  await scan.lookUp();
  await nameGaps(context, gaps);
  for (const [partition, offset] of reached)
    if (offset < to.get(partition)!)
      discrepancies.add(
        'unreadable_log',
        `${topic}/${partition}`,
        `read up to offset ${offset} of ${to.get(partition)!}: the broker does not give the rest`,
      );
  return { ledger: scan.ledger, notByTheLibrary: scan.notByTheLibrary, reached };
}

/** A decoder that loses records leaves gaps, as a broker does that lost them. */
async function nameGaps(
  { isCompacted, topic, discrepancies }: LogContext,
  gaps: readonly OffsetGap[],
): Promise<void> {
  if (gaps.length === 0) return;
  const compacted = await isCompacted(topic).catch((error: Error) => error);
  if (compacted === true) return;
  const unsure =
    compacted === false
      ? ''
      : `; whether the topic is compacted could not be found out: ${compacted.message}`;
  for (const { partition, from, to } of gaps)
    discrepancies.add(
      'log_gap',
      `${topic}/${partition}/${from}`,
      `nothing comes for the offsets from ${from} to ${to - 1}${unsure}`,
    );
}

class LogScan {
  readonly ledger: Ledger = {
    records: 0,
    stored: 0,
    duplicate: 0,
    inRetry: 0,
    deadLettered: 0,
    pending: 0,
    expired: 0,
    missing: 0,
  };
  candidates: Candidate[] = [];
  notByTheLibrary = 0;
  /** By partition: the latest time that a reading before the retained log can have had. */
  private readonly certainAfter = new Map<number, number>();

  constructor(private readonly context: LogContext) {}

  take(
    partition: number,
    offsetText: string,
    key: Buffer | null,
    value: Buffer | null,
    receivedAt: number,
  ): void {
    const { index, rules, alertRules, snapshot, options, topic, progress } = this.context;
    const marks = index.get(partition)!;
    const offset = Number(offsetText);
    if (!this.certainAfter.has(partition))
      this.certainAfter.set(
        partition,
        marks.low === 0 ? -Infinity : receivedAt + rules.maxFutureSkewMs,
      );
    marks.mark(offset, MARK.seen);
    // The key is the device: what has another one is none of this device's, whatever its value
    // says.
    if (options.device !== undefined && key?.toString('latin1') !== options.device) return;
    const read = eventOf({ topic, partition, offset: offsetText, key, value, receivedAt }, rules);
    const event = read?.oversized && !marks.has(offset, MARK.stored) ? undefined : read;
    if (event && !marks.has(offset, MARK.notEvaluated))
      alertRules.add(
        event,
        partition,
        isHandled(snapshot.alerts, partition, offset),
        this.certainAfter.get(partition)!,
      );
    const device = event?.device ?? key?.toString('latin1') ?? '';
    if (!inScope(options, device, event?.ts ?? receivedAt)) return;
    if (++this.ledger.records % 100_000 === 0)
      progress(`${this.ledger.records.toLocaleString('en')} records of the log read`);
    this.account(marks, partition, offset, event);
  }

  /**
   * Asks the database for the events that are not stored from their own record: stored from another
   * one, or nowhere.
   */
  async lookUp(): Promise<void> {
    const { candidates, context } = this;
    this.candidates = [];
    for (let i = 0; i < candidates.length; i += LOOKUP) {
      const some = candidates.slice(i, i + LOOKUP);
      // Under the id that it has now, and under that of an older version.
      const ids = some.flatMap(({ event: { device, id } }) => [keyOf(device, id), id]);
      const found = context.mongo.raw.find({ _id: { $in: ids } }, { batchSize: LOOKUP });
      const byId = new Map((await found.toArray()).map((document) => [document._id, document]));
      for (const candidate of some) {
        const { device, id } = candidate.event;
        const bare = byId.get(id);
        const document =
          byId.get(keyOf(device, id)) ?? (bare?.device_id === device ? bare : undefined);
        const source = `${context.topic}/${candidate.partition}/${candidate.offset}`;
        if (!document) this.notStored(candidate, source);
        else if (document.source !== source) {
          this.ledger.duplicate++;
          context.copies.compare(candidate.event, source, document);
        } else {
          // Stored since the database was read: from a retry topic, or pending then.
          const marks = context.index.get(candidate.partition)!;
          marks.mark(candidate.offset, MARK.stored);
          marks.setPrint(candidate.offset, fingerprint(eventOfDocument(document)));
          this.account(marks, candidate.partition, candidate.offset, candidate.event);
        }
      }
    }
  }

  private account(
    marks: PartitionIndex,
    partition: number,
    offset: number,
    event: LogEvent | undefined,
  ): void {
    const { topic, discrepancies, snapshot } = this.context;
    const source = `${topic}/${partition}/${offset}`;
    if (marks.has(offset, MARK.stored)) {
      this.ledger.stored++;
      if (!event)
        discrepancies.add('wrong_event', source, 'is stored, but the record is no valid reading');
      else if (fingerprint(event) !== marks.print(offset))
        discrepancies.add(
          'wrong_event',
          source,
          `what is stored from this record is not what it says (event ${event.id})`,
        );
    } else if (event) this.candidates.push({ event, partition, offset });
    else if (marks.has(offset, MARK.dead)) this.ledger.deadLettered++;
    else if (marks.has(offset, MARK.inRetry)) this.ledger.inRetry++;
    else if (!isHandled(snapshot.aggregator, partition, offset)) this.ledger.pending++;
    else {
      this.ledger.missing++;
      discrepancies.add(
        'missing_event',
        source,
        'cannot be decoded, and is not among the dead letters',
      );
    }
  }

  private notStored({ event, partition, offset }: Candidate, source: string): void {
    const { index, snapshot, retainedFrom, discrepancies, lost } = this.context;
    const marks = index.get(partition)!;
    if (marks.has(offset, MARK.inRetry)) this.ledger.inRetry++;
    else if (marks.has(offset, MARK.dead)) this.ledger.deadLettered++;
    else if (!isHandled(snapshot.aggregator, partition, offset)) this.ledger.pending++;
    else if (event.ts < retainedFrom) this.ledger.expired++;
    else {
      this.ledger.missing++;
      discrepancies.add(
        'missing_event',
        source,
        `event ${event.id} of ${event.device} at ${timeText(event.ts)}`,
      );
      lost({ event, source });
    }
  }
}

/** Whether a group had handled this offset of the telemetry topic. */
export const isHandled = (
  { committed }: GroupPosition,
  partition: number,
  offset: number,
): boolean => offset < (committed.get(partition) ?? 0);
