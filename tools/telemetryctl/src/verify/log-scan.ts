/* Long because one pass over the log holds all that is asked of it, for the log is read only once. */

import type { OffsetGap } from '@iot/kafka';
import type { RawDocument } from '@iot/mongo';
import { timeText } from '@iot/printable';
import type { AlertRules } from './alert-rules.js';
import type { Discrepancies } from './discrepancies.js';
import { eventOf, type LogEvent, type OtherRule, type ReadingRules } from './event.js';
import { fingerprint } from './fingerprint.js';
import { MARK, type LogIndex } from './log-index.js';
import type { Ledger } from './ledger.js';
import { inScope, type Progress, type VerifyOptions } from './options.js';
import type { DifferingCopies } from './differing-copies.js';
import {
  isFromRecord,
  ruleText,
  storedUnderOtherNames,
  type OtherRuleCounts,
} from './other-rules.js';
import { eventOfDocument, keyOf } from './raw-document.js';
import type { GroupPosition, Snapshot } from './snapshot.js';
import type { Sources } from './sources.js';

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
  readonly otherRules: OtherRuleCounts;
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
  const { ledger, notByTheLibrary, otherRules } = scan;
  return { ledger, notByTheLibrary, otherRules, reached };
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
  readonly otherRules = new Map<OtherRule, number>();
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
    const event = eventOf({ topic, partition, offset: offsetText, key, value, receivedAt }, rules);
    // Whether the alerts worker took what is no reading by these rules is known where it is stored.
    if (event && !marks.has(offset, MARK.notEvaluated))
      alertRules.add(
        event,
        partition,
        isHandled(snapshot.alerts, partition, offset) &&
          (event.otherRules === undefined || marks.has(offset, MARK.stored)),
        this.certainAfter.get(partition)!,
      );
    const device = event?.device ?? key?.toString('latin1') ?? '';
    if (!inScope(options, device, event?.ts ?? receivedAt)) return;
    if (++this.ledger.records % 100_000 === 0)
      progress(`${this.ledger.records.toLocaleString('en')} records of the log read`);
    this.account(partition, offset, event);
  }

  /**
   * Asks the database for the events that are not stored from their own record: stored from another
   * one, or nowhere.
   */
  async lookUp(): Promise<void> {
    while (this.candidates.length > 0) {
      const { candidates } = this;
      this.candidates = [];
      for (let i = 0; i < candidates.length; i += LOOKUP)
        await this.lookUpSome(candidates.slice(i, i + LOOKUP));
    }
  }

  private async lookUpSome(candidates: readonly Candidate[]): Promise<void> {
    const { context } = this;
    // Under the id that it has now, and under that of an older version.
    const ids = candidates.flatMap(({ event: { device, id } }) => [keyOf(device, id), id]);
    const found = context.mongo.raw.find({ _id: { $in: ids } }, { batchSize: LOOKUP });
    const byId = new Map((await found.toArray()).map((document) => [document._id, document]));
    for (const candidate of candidates) {
      const { device, id } = candidate.event;
      const bare = byId.get(id);
      const document =
        byId.get(keyOf(device, id)) ?? (bare?.device_id === device ? bare : undefined);
      const source = `${context.topic}/${candidate.partition}/${candidate.offset}`;
      if (document && document.source !== source) this.duplicate(candidate, source, document);
      else if (candidate.event.otherRules === 'SENSORS_FILE')
        await this.lookUpByTime(candidate, source);
      else if (!document) this.notStored(candidate, source);
      else {
        // Stored since the database was read: from a retry topic, or pending then.
        this.storedSince(candidate, document);
        this.account(candidate.partition, candidate.offset, candidate.event);
      }
    }
  }

  /** For a reading with a sensor that is not known here, which may be stored under another name. */
  private async lookUpByTime(candidate: Candidate, source: string): Promise<void> {
    const { mongo, index, rules, discrepancies } = this.context;
    const { event, partition, offset } = candidate;
    const document = await storedUnderOtherNames(mongo.raw, event, source, rules.catalogue);
    const isOwn = document?.source === source;
    if (index.get(partition)!.has(offset, MARK.stored) || isOwn) {
      if (isOwn) this.storedSince(candidate, document);
      this.count('stored', event);
      if (!isOwn || !isFromRecord(event, eventOfDocument(document), rules.catalogue))
        discrepancies.add('wrong_event', source, notWhatItSays(event));
    } else if (document) this.duplicate(candidate, source);
    else this.notStored(candidate, source);
  }

  private storedSince({ partition, offset }: Candidate, document: RawDocument): void {
    const marks = this.context.index.get(partition)!;
    marks.mark(offset, MARK.stored);
    marks.setPrint(offset, fingerprint(eventOfDocument(document)));
  }

  private duplicate({ event }: Candidate, source: string, document?: RawDocument): void {
    this.count('duplicate', event);
    if (document) this.context.copies.compare(event, source, document);
  }

  private count(as: 'stored' | 'duplicate', event: LogEvent | undefined): void {
    this.ledger[as]++;
    const rule = event?.otherRules;
    if (rule !== undefined) this.otherRules.set(rule, (this.otherRules.get(rule) ?? 0) + 1);
  }

  private account(partition: number, offset: number, event: LogEvent | undefined): void {
    const { topic, discrepancies, snapshot, index } = this.context;
    const marks = index.get(partition)!;
    const source = `${topic}/${partition}/${offset}`;
    if (marks.has(offset, MARK.stored)) {
      const differs = event && fingerprint(event) !== marks.print(offset);
      if (differs && event.otherRules === 'SENSORS_FILE')
        return void this.candidates.push({ event, partition, offset });
      this.count('stored', event);
      if (!event)
        discrepancies.add('wrong_event', source, 'is stored, but the record is no valid reading');
      else if (differs) discrepancies.add('wrong_event', source, notWhatItSays(event));
    } else if (event && !(event.otherRules && marks.has(offset, MARK.dead)))
      this.candidates.push({ event, partition, offset });
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
      const said = `event ${event.id} of ${event.device} at ${timeText(event.ts)}`;
      const { otherRules } = event;
      const why = otherRules === undefined ? '' : `, no reading by ${ruleText(otherRules)}`;
      discrepancies.add('missing_event', source, said + why);
      // What would not be taken cannot be put back either.
      if (otherRules === undefined) lost({ event, source });
    }
  }
}

const notWhatItSays = ({ id }: LogEvent): string =>
  `what is stored from this record is not what it says (event ${id})`;

/** Whether a group had handled this offset of the telemetry topic. */
export const isHandled = (
  { committed }: GroupPosition,
  partition: number,
  offset: number,
): boolean => offset < (committed.get(partition) ?? 0);
