import {
  receivedAt,
  DLQ_HEADER,
  INTAKE_STAGE,
  headerText,
  REDRIVE_COUNT_HEADER,
  RETRY_DUE_HEADER,
  SET_ASIDE_HEADER,
  withHeaders,
  type RecordHeaders,
} from '@iot/kafka';

/** How often a record was redriven, and from which place on the dead-letter topic last. */
export const REDRIVE_HEADER = { count: REDRIVE_COUNT_HEADER, from: '__dlq.redrive.from' } as const;

/** A record as the dead-letter topic holds it. */
export interface DeadRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** When it arrived, epoch ms, as text. */
  readonly timestamp: string;
  readonly headers: RecordHeaders;
}

/** A record of the dead-letter topic and what its headers say of it. */
export interface DeadLetter {
  /** `topic/partition/offset` on the dead-letter topic. */
  readonly place: string;
  /** Why it is none of ours; undefined: it is ours. */
  readonly foreign: string | undefined;
  /** It was refused before it was a record: what came by MQTT, on which topic; undefined: else. */
  readonly intake: string | undefined;
  /** `topic/partition/offset` of the record that failed; of one that was none the MQTT topic. */
  readonly original: string;
  readonly topic: string;
  /** Where on that topic. */
  readonly from: { readonly partition: number; readonly offset: number };
  /**
   * What it lacks of the record that failed, as no topic took the whole: a phrase; undefined:
   * nothing.
   */
  readonly cut: string | undefined;
  /**
   * The value is a whole record batch that could not be read, up to this offset; undefined: it is a
   * record.
   */
  readonly batchUntil: string | undefined;
  readonly group: string;
  readonly stage: string;
  readonly reason: string;
  readonly message: string;
  readonly deliveries: number;
  /** Of the first failure, epoch ms; without a usable header: of the record. */
  readonly failedAt: number;
  readonly redrives: number;
  /** The record's key. */
  readonly device: string;
  readonly record: DeadRecord;
}

const WHOLE = /^\d{1,16}$/;

/** @param telemetryTopic the topic that our records come from */
export function deadLetter(place: string, record: DeadRecord, telemetryTopic: string): DeadLetter {
  const text = (name: string): string => headerText(record.headers, name) ?? '';
  /** Its digits; empty where it is no number. */
  const number = (name: string): string => (WHOLE.test(text(name)) ? text(name) : '');
  const whole = (name: string): number => Number(number(name));
  const topic = text(DLQ_HEADER.topic);
  const partition = text(DLQ_HEADER.partition);
  const offset = text(DLQ_HEADER.offset);
  const group = text(DLQ_HEADER.group);
  const timestamp = receivedAt(record.headers, record.timestamp);
  const came = partition === '' && offset === '' && topic !== '' && group !== '';
  const intake = came && text(DLQ_HEADER.stage) === INTAKE_STAGE ? topic : undefined;
  return {
    place,
    foreign:
      intake === undefined
        ? whyForeign({ topic, partition, offset, group }, telemetryTopic)
        : undefined,
    intake,
    original: intake ?? `${topic}/${partition}/${offset}`,
    topic,
    from: { partition: Number(partition), offset: Number(offset) },
    cut: whatIsCut(number, record.value?.length ?? 0),
    batchUntil: number(SET_ASIDE_HEADER.lastOffset) || undefined,
    group,
    stage: text(DLQ_HEADER.stage),
    reason: text(DLQ_HEADER.exception),
    message: text(DLQ_HEADER.message),
    deliveries: whole(DLQ_HEADER.deliveryCount),
    failedAt: whole(DLQ_HEADER.timestamp) || Number(timestamp),
    redrives: whole(REDRIVE_HEADER.count),
    device: record.key?.toString('utf8') ?? '',
    record: { ...record, timestamp },
  };
}

function whatIsCut(number: (name: string) => string, kept: number): string | undefined {
  const { valueCut, keyCut, headersCut } = SET_ASIDE_HEADER;
  const parts = [
    number(valueCut) && `all but ${kept} of the ${number(valueCut)} bytes of its value`,
    number(keyCut) && `its key of ${number(keyCut)} bytes`,
    number(headersCut) && `${number(headersCut)} of its headers`,
  ].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function whyForeign(
  from: { topic: string; partition: string; offset: string; group: string },
  telemetryTopic: string,
): string | undefined {
  if (Object.values(from).every((value) => value === '')) return 'it has no __dlq.errors headers';
  for (const [name, value] of Object.entries(from))
    if (value === '') return `it has no header __dlq.errors.${name}`;
  if (!WHOLE.test(from.partition) || !WHOLE.test(from.offset))
    return 'its __dlq.errors.partition and .offset are no numbers';
  // A record put straight onto a retry topic by another system fails under that topic's name.
  if (from.topic !== telemetryTopic && !from.topic.startsWith(`${telemetryTopic}.`))
    return `it failed on topic ${from.topic}, not ${telemetryTopic}`;
  return undefined;
}

/** What to look for; all that are given must hold. Times in epoch ms. */
export interface Filter {
  readonly group?: string | undefined;
  readonly topic?: string | undefined;
  readonly reason?: string | undefined;
  readonly stage?: string | undefined;
  readonly device?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export function matches(
  letter: Omit<DeadLetter, 'record'>,
  { group, topic, reason, stage, device, from, to }: Filter,
): boolean {
  return (
    (group === undefined || letter.group === group) &&
    (topic === undefined || letter.topic === topic) &&
    (reason === undefined || letter.reason === reason) &&
    (stage === undefined || letter.stage === stage) &&
    (device === undefined || letter.device === device) &&
    (from === undefined || letter.failedAt >= from) &&
    (to === undefined || letter.failedAt < to)
  );
}

/**
 * What a dead letter is sent as: byte for byte, but delivered no times yet, due at once, and
 * counted.
 */
export function redriven({
  record,
  redrives,
  place,
}: Pick<DeadLetter, 'record' | 'redrives' | 'place'>): DeadRecord {
  const headers = withHeaders(record.headers, {
    [RETRY_DUE_HEADER]: undefined,
    [DLQ_HEADER.deliveryCount]: '0',
    [REDRIVE_HEADER.count]: String(redrives + 1),
    [REDRIVE_HEADER.from]: place,
  });
  return { ...record, headers };
}
