import type { DeadLetter, FailureCount, ListedLetter, Redriven } from '@iot/dead-letters';
import { timeText } from '@iot/printable';
import { ApiProperty } from '@nestjs/swagger';
import { EARLY, LATER } from '../lists/examples.js';

const TEXT_OR_NULL = { type: String, nullable: true } as const;
/** Most characters of what a record says of its failure. */
const LONGEST = 500;

/** A dead letter, and what its headers say of the failure. */
export class DeadLetterRow {
  @ApiProperty({ example: 'telemetry.dlq/0/12', description: 'topic/partition/offset' })
  place!: string;
  @ApiProperty({ example: 'telemetry.raw/3/456', description: 'Of the record that failed' })
  original!: string;
  @ApiProperty({ example: 'device-1', description: 'The key of the record' }) device_id!: string;
  @ApiProperty({ example: 'aggregator-worker' }) group!: string;
  @ApiProperty({ example: 'decode' }) stage!: string;
  @ApiProperty({ example: 'invalid_reading' }) reason!: string;
  @ApiProperty({ example: 'humidity must be a finite number' }) message!: string;
  @ApiProperty({ example: 1 }) deliveries!: number;
  @ApiProperty({ example: 0, description: 'How often it was sent back' }) redrives!: number;
  @ApiProperty({ example: EARLY, description: 'Its first failure' }) failed_at!: string;
  @ApiProperty({ ...TEXT_OR_NULL, description: 'Why it is none of this platform; else null' })
  foreign!: string | null;
  @ApiProperty({ ...TEXT_OR_NULL, description: 'What it lacks of the record; null: nothing' })
  cut!: string | null;
}

/** How many failed in one way. */
export class DeadLetterCount {
  @ApiProperty({ example: 'aggregator-worker' }) group!: string;
  @ApiProperty({ example: 'decode' }) stage!: string;
  @ApiProperty({ example: 'invalid_reading' }) reason!: string;
  @ApiProperty({ example: 7 }) count!: number;
  @ApiProperty({ example: LATER, description: 'When the last of them first failed' }) last!: string;
}

/** The newest dead letters. */
export class DeadLetterRows {
  @ApiProperty({ type: [DeadLetterRow] }) data!: DeadLetterRow[];
  @ApiProperty({ type: [DeadLetterCount], description: 'Of all that match' })
  groups!: DeadLetterCount[];
  @ApiProperty({ example: 7, description: 'How many match, of those that were looked at' })
  total!: number;
  @ApiProperty({ example: 40, description: 'The newest so many were looked at' })
  looked_at!: number;
  @ApiProperty({ example: 40, description: 'How many the topic has' }) retained!: number;
}

/** Bytes as they can be shown: a text where they are one. */
export class ShownBytes {
  @ApiProperty({ example: '{"device_id":"device-1","humidity":"wet"}' }) text!: string;
  @ApiProperty({ enum: ['utf8', 'base64'] }) encoding!: 'utf8' | 'base64';
  @ApiProperty({ example: 41, description: 'How many there are, shown or not' }) bytes!: number;
  @ApiProperty({ description: 'Whether all of them are shown' }) complete!: boolean;
}

export class ShownHeader {
  @ApiProperty({ example: '__dlq.errors.stage' }) name!: string;
  @ApiProperty({ type: ShownBytes, nullable: true }) value!: ShownBytes | null;
}

/** A dead letter with its record. */
export class DeadLetterAnswer extends DeadLetterRow {
  @ApiProperty({ example: EARLY, description: 'When the record arrived' }) arrived_at!: string;
  @ApiProperty({ type: ShownBytes, nullable: true }) key!: ShownBytes | null;
  @ApiProperty({ type: ShownBytes, nullable: true }) value!: ShownBytes | null;
  @ApiProperty({ type: [ShownHeader] }) headers!: ShownHeader[];
}

export class RefusedLetter {
  @ApiProperty({ example: 'telemetry.dlq/0/12' }) place!: string;
  @ApiProperty({ example: 'it has no __dlq.errors headers' }) reason!: string;
}

export class SentTo {
  @ApiProperty({ example: 'telemetry.raw.aggregator-worker.retry.1' }) topic!: string;
  @ApiProperty({ example: 7 }) count!: number;
}

/** What a redrive did, or would do. */
export class RedriveAnswer {
  @ApiProperty() dry_run!: boolean;
  @ApiProperty({ type: [SentTo] }) sent!: SentTo[];
  @ApiProperty({ example: 0, description: 'Sent from this place before: `again` sends them' })
  already_redriven!: number;
  @ApiProperty({ example: 0, description: 'Failed again each time: `force` sends them' })
  redriven_too_often!: number;
  @ApiProperty({ example: 0 }) refused_count!: number;
  @ApiProperty({ type: [RefusedLetter], description: 'The first of them' })
  refused!: RefusedLetter[];
  @ApiProperty({ type: [String], description: 'Theirs wait in the retry topic' })
  groups_not_running!: string[];
}

export const rowOf = (letter: ListedLetter): DeadLetterRow => ({
  place: letter.place,
  original: letter.original.slice(0, LONGEST),
  device_id: letter.device.slice(0, LONGEST),
  group: letter.group.slice(0, LONGEST),
  stage: letter.stage.slice(0, LONGEST),
  reason: letter.reason.slice(0, LONGEST),
  message: letter.message.slice(0, LONGEST),
  deliveries: letter.deliveries,
  redrives: letter.redrives,
  failed_at: timeText(letter.failedAt),
  foreign: letter.foreign?.slice(0, LONGEST) ?? null,
  cut: letter.cut ?? null,
});

export const countOf = ({ last, ...count }: FailureCount): DeadLetterCount => ({
  ...count,
  last: timeText(last),
});

/** Bytes of a value or a header that are shown. */
const SHOWN = 16_384;
const HEADERS = 100;

function shown(content: Buffer | string | null): ShownBytes | null {
  if (content === null) return null;
  const all = Buffer.from(content as string);
  const part = all.subarray(0, SHOWN);
  const complete = part.length === all.length;
  const decoded = part.toString('utf8');
  // Where it is cut in the middle of a character, that is no reason to call it no text.
  const text = complete ? decoded : decoded.replace(/\uFFFD{1,3}$/, '');
  const isText = part.subarray(0, Buffer.byteLength(text)).equals(Buffer.from(text));
  return isText
    ? { text, encoding: 'utf8', bytes: all.length, complete }
    : { text: part.toString('base64'), encoding: 'base64', bytes: all.length, complete };
}

export const letterAnswer = ({ record, ...letter }: DeadLetter): DeadLetterAnswer => ({
  ...rowOf(letter),
  arrived_at: timeText(Number(record.timestamp)),
  key: shown(record.key),
  value: shown(record.value),
  headers: record.headers
    .slice(0, HEADERS)
    .map(([name, content]) => ({ name: name.toString().slice(0, LONGEST), value: shown(content) })),
});

export const redriveAnswer = (
  { sent, skipped, overLimit, refused, refusedCount, stopped }: Redriven,
  dryRun: boolean,
): RedriveAnswer => ({
  dry_run: dryRun,
  sent: [...sent].map(([topic, count]) => ({ topic, count })),
  already_redriven: skipped,
  redriven_too_often: overLimit,
  refused_count: refusedCount,
  refused,
  groups_not_running: stopped,
});
