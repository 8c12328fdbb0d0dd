/* Long because what is sent and what is marked as sent must be read together. */

import { setTimeout as delay } from 'node:timers/promises';
import {
  asMessage,
  CompressionTypes,
  ensureTopics,
  headerListOf,
  headerText,
  isRefusal,
  MissingRight,
  platformTopics,
  readTopic,
  retryTopic,
  topicRanges,
  topicSettings,
  withRights,
  type Producer,
} from '@iot/kafka';
import { timeText } from '@iot/printable';
import {
  matches,
  redriven,
  REDRIVE_HEADER,
  type DeadLetter,
  type DeadRecord,
  type Filter,
} from './dead-letter.js';
import { DeadLettersRefusal, type DeadLetterLog } from './log.js';
import { parsePlace } from './place.js';
import { readDeadLetters } from './read-dead-letters.js';
import { wholeRecord } from './whole-record.js';

export interface RedriveOptions extends Filter {
  /** The one at `topic/partition/offset` of the dead-letter topic alone. */
  readonly place?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** Records a second; undefined: as fast as Kafka takes them. */
  readonly rate?: number | undefined;
  /** Sends so many at most. */
  readonly limit?: number | undefined;
  readonly maxRedrives: number;
  /** Sends also what was redriven more often than that. */
  readonly force?: boolean | undefined;
  /** Sends also what was redriven from this very place before. */
  readonly again?: boolean | undefined;
}

/** What a redrive did. */
export interface Redriven {
  /** By the topic that they went to. */
  readonly sent: Map<string, number>;
  /** Already sent by an earlier redrive. */
  skipped: number;
  /** Sent before as often as is allowed. */
  overLimit: number;
  /** Of another system, of a group without retry topics, or not to be had whole: never sent. */
  readonly refused: { place: string; reason: string }[];
  refusedCount: number;
  /** Groups without a running member: their records wait in the retry topic. */
  readonly stopped: string[];
}

const PAGE = 2000;
const SEND = 500;
const NAMED = 20;
const DAY_MS = 86_400_000;
/** Time for the group to handle what was redriven. */
const MARGIN_MS = DAY_MS;

/**
 * Sends dead letters to retry topic 1 of the group that failed, and to nobody else. The retry topic
 * itself is the memory of what was sent: each record says there which dead letter it was. So an
 * interrupted redrive goes on where it was, and a repeated one sends nothing twice for as long as
 * the retry topic keeps its records; after that the store recognises an event that it has.
 * @throws DeadLettersRefusal when the group cannot be redriven at all
 */
export async function redrive(
  log: DeadLetterLog,
  options: RedriveOptions,
  progress: (text: string) => void,
): Promise<Redriven> {
  const { kafka } = log;
  const result: Redriven = {
    sent: new Map(),
    skipped: 0,
    overLimit: 0,
    refused: [],
    refusedCount: 0,
    stopped: [],
  };
  const targets = new Targets(log, options.dryRun === true);
  const { from: first, to: end } = await rangeOf(log, options.place);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    let from = first;
    for (let open = true; open;) {
      const page: DeadLetter[] = [];
      from = await readDeadLetters(
        log,
        (letters) => {
          for (const letter of letters) if (matches(letter, options)) page.push(letter);
          return page.length < PAGE;
        },
        { from, to: end },
      );
      open = [...from].some(([partition, next]) => next < end.get(partition)!) && page.length > 0;
      const wanted = await chosen(log, page, targets, options, result);
      if (!(await sendAll(producer, wanted, options, result, progress))) break;
    }
  } finally {
    await producer.disconnect();
  }
  for (const group of targets.used())
    if (!(await isRunning(log, group))) result.stopped.push(group);
  return result;
}

type Offsets = ReadonlyMap<number, number>;

/** What is to be read: all that is there now, or one place. */
async function rangeOf(
  { admin, config: { DLQ_TOPIC: dlq } }: DeadLetterLog,
  place: string | undefined,
): Promise<{ from: Offsets; to: Offsets }> {
  const ranges = (await admin.listTopics()).includes(dlq) ? await topicRanges(admin, dlq) : [];
  if (place === undefined)
    return { from: new Map(), to: new Map(ranges.map(({ partition, end }) => [partition, end])) };
  const { topic, partition, offset } = parsePlace(place) ?? {};
  const range = ranges.find((one) => topic === dlq && one.partition === partition);
  if (!range || offset! < range.low || offset! >= range.end)
    throw new DeadLettersRefusal('not there', `there is no dead letter at ${place}`);
  return { from: new Map([[partition!, offset!]]), to: new Map([[partition!, offset! + 1]]) };
}

interface Wanted {
  readonly letter: Pick<DeadLetter, 'place' | 'redrives' | 'record'>;
  readonly topic: string;
}

/** Those of a page that are to be sent, with their topic. */
async function chosen(
  log: DeadLetterLog,
  page: readonly DeadLetter[],
  targets: Targets,
  options: RedriveOptions,
  result: Redriven,
): Promise<Wanted[]> {
  const now = Date.now();
  const wanted: Wanted[] = [];
  for (const letter of page) {
    const never = letter.foreign ?? whyNeverARecord(letter);
    const target = never === undefined ? await targets.of(letter.group) : { refused: never };
    const refused =
      'refused' in target
        ? target.refused
        : (whyTooOld(letter, target, now) ?? whyNoRecord(letter));
    if (refused !== undefined) refuse(result, letter.place, refused);
    else if ('refused' in target) continue;
    else if (!options.again && target.sent.has(letter.place)) result.skipped++;
    else if (!options.force && letter.redrives >= options.maxRedrives) result.overLimit++;
    else if (letter.cut === undefined) wanted.push({ letter, topic: target.topic });
    else {
      const record = await wholeRecord(log, letter);
      if (record) wanted.push({ letter: { ...letter, record }, topic: target.topic });
      else
        refuse(
          result,
          letter.place,
          `it lacks ${letter.cut}, and the log has no record at ${letter.original} any more`,
        );
    }
  }
  return wanted;
}

function refuse(result: Redriven, place: string, reason: string): void {
  result.refusedCount++;
  if (result.refused.length < NAMED) result.refused.push({ place, reason });
}

const whyNeverARecord = ({ intake }: DeadLetter): string | undefined =>
  intake && `it came by MQTT on ${intake} and was no record yet: mend it and publish it again`;

const whyNoRecord = ({ batchUntil, original }: DeadLetter): string | undefined =>
  batchUntil &&
  `it is the batch of offsets ${original} to ${batchUntil}, which cannot be read: its producer is to send these records again`;

/**
 * Retention counts from a record's own time: the retry topic must keep it until the group has
 * handled it.
 */
function whyTooOld(
  { record }: DeadLetter,
  { topic, retentionMs }: Exclude<Target, { refused: string }>,
  now: number,
): string | undefined {
  return now - Number(record.timestamp) > retentionMs - MARGIN_MS
    ? `it arrived ${timeText(Number(record.timestamp))}, and ${topic} keeps records for ${retentionMs / DAY_MS} days: raise its retention.ms first`
    : undefined;
}

/** Returns false when the limit is reached. */
async function sendAll(
  producer: Producer,
  wanted: readonly Wanted[],
  { rate, limit = Infinity, dryRun }: RedriveOptions,
  result: Redriven,
  progress: (text: string) => void,
): Promise<boolean> {
  const total = (): number => [...result.sent.values()].reduce((sum, count) => sum + count, 0);
  const chunk = rate === undefined ? SEND : Math.max(1, Math.min(SEND, Math.floor(rate / 5)));
  for (let i = 0; i < wanted.length;) {
    const room = limit - total();
    if (room <= 0) return false;
    const some = wanted.slice(i, i + Math.min(chunk, room));
    i += some.length;
    const startedAt = Date.now();
    const byTopic = Map.groupBy(some, ({ topic }) => topic);
    for (const [topic, entries] of byTopic) {
      const count = dryRun ? entries.length : await sendTo(producer, topic, entries, result);
      if (count > 0) result.sent.set(topic, (result.sent.get(topic) ?? 0) + count);
    }
    progress(`${total()} records ${dryRun ? 'would be redriven' : 'redriven'}`);
    if (rate !== undefined && !dryRun && total() < limit)
      await delay(Math.max(0, (some.length / rate) * 1000 - (Date.now() - startedAt)));
  }
  return total() < limit;
}

/**
 * Sends all of them together or, where Kafka refuses that, each by itself and compressed. Returns
 * how many it took.
 */
async function sendTo(
  producer: Producer,
  topic: string,
  entries: readonly Wanted[],
  result: Redriven,
): Promise<number> {
  const send = (records: readonly DeadRecord[], compression: CompressionTypes): Promise<unknown> =>
    withRights([{ operation: 'Write', resource: 'topic', names: [topic] }], () =>
      producer.send({ topic, acks: -1, compression, messages: records.map(asMessage) }),
    );
  // Without the right to write, every other form of a record is refused as well.
  const aboutRecords = (error: unknown): error is Error =>
    isRefusal(error) && !(error instanceof MissingRight);
  try {
    await send(
      entries.map(({ letter }) => redriven(letter)),
      CompressionTypes.None,
    );
    return entries.length;
  } catch (error) {
    if (!aboutRecords(error)) throw error;
  }
  let count = 0;
  for (const { letter } of entries) {
    try {
      await send([redriven(letter)], CompressionTypes.GZIP);
      count++;
    } catch (error) {
      if (!aboutRecords(error)) throw error;
      refuse(result, letter.place, `${topic} does not take it: ${error.message}`);
    }
  }
  return count;
}

type Target =
  | { readonly topic: string; readonly sent: ReadonlySet<string>; readonly retentionMs: number }
  | { readonly refused: string };

/** Retry topic 1 of each group, and which dead letters it has got. */
class Targets {
  private readonly targets = new Map<string, Promise<Target>>();

  constructor(
    private readonly log: DeadLetterLog,
    private readonly dryRun: boolean,
  ) {}

  of(group: string): Promise<Target> {
    let target = this.targets.get(group);
    if (!target) this.targets.set(group, (target = this.find(group)));
    return target;
  }

  used(): string[] {
    return [...this.targets.keys()];
  }

  private async find(group: string): Promise<Target> {
    const { admin, config, kafka, groups } = this.log;
    const topic = retryTopic(config.TELEMETRY_TOPIC, group, 1);
    const ours = groups.includes(group);
    if (ours && config.MAX_RETRIES === 0)
      throw new DeadLettersRefusal(
        'no retries',
        `MAX_RETRIES is 0, so ${group} reads no retry topic and nothing can be redriven to it; set it to 1 or more for the worker and here`,
      );
    const exists = (await admin.listTopics()).includes(topic);
    if (!exists && !ours)
      return {
        refused: `its group ${group} has no topic ${topic}: it is of another system, or the topic was deleted`,
      };
    if (!exists) {
      if (!this.dryRun)
        await ensureTopics(admin, platformTopics(config, { name: group, maxRetries: 1 }));
      return { topic, sent: new Set(), retentionMs: Infinity };
    }
    const sent = new Set<string>();
    await readTopic(kafka, topic, ({ messages }) => {
      for (const message of messages) {
        const place = headerText(headerListOf(message), REDRIVE_HEADER.from);
        if (place !== undefined) sent.add(place);
      }
    });
    return { topic, sent, retentionMs: await retentionOf(admin, topic) };
  }
}

async function isRunning({ admin }: DeadLetterLog, group: string): Promise<boolean> {
  const { groups } = await admin.describeGroups([group]);
  return groups.some(({ members }) => members.length > 0);
}

async function retentionOf(admin: DeadLetterLog['admin'], topic: string): Promise<number> {
  const retention = Number(
    (await topicSettings(admin, [topic])).get(topic)?.['retention.ms'] ?? -1,
  );
  return retention < 0 ? Infinity : retention;
}
