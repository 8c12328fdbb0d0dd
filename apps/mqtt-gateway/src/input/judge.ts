import {
  addAll,
  Batch,
  deviceOf,
  envelope,
  MAX_READING_VALUES,
  mostValues,
  parseJson,
  PayloadRefused,
  readingLines,
  recordOf,
  ValueLimit,
  type Quota,
} from '@iot/intake';
import type { OutgoingRecord } from '@iot/kafka';
import type { FieldError, NewEventId, ReadingParser } from '@iot/telemetry';
import { agreeOnDevice } from '../core/device-topic.js';
import type { Judged, Refused } from '../core/judged.js';

/** When a message came (epoch ms), and the trace that it belongs to. */
export interface Arrival {
  readonly receivedAt: number;
  readonly traceparent: string | undefined;
}

export interface JudgeOptions {
  readonly parser: ReadingParser;
  readonly quota: Quota | undefined;
  /** Level of the topic that names the device, from 1; 0: none does. */
  readonly deviceLevel: number;
  readonly maxBodyBytes: number;
  readonly maxBatchBytes: number;
  readonly maxBatchEvents: number;
}

const NONE: readonly OutgoingRecord[] = [];
const OPENING_BRACKET = 0x5b;
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Turns payloads into records: a reading, an array of readings, or one reading a line. */
export class Judge {
  private readonly maxValues: number;

  constructor(private readonly options: JudgeOptions) {
    this.maxValues = mostValues(options.maxBatchEvents, options.parser);
  }

  judge(topic: string, payload: Buffer, arrival: Arrival, newEventId: NewEventId): Judged {
    const device = deviceOf(topic, this.options.deviceLevel);
    try {
      return this.read(device, payload, arrival, newEventId);
    } catch (error) {
      if (!(error instanceof PayloadRefused)) throw error;
      return refused(device, error.reason, error.message);
    }
  }

  private read(
    device: string | undefined,
    payload: Buffer,
    arrival: Arrival,
    newEventId: NewEventId,
  ): Judged {
    const { maxBodyBytes, maxBatchBytes, maxBatchEvents } = this.options;
    if (payload.length > maxBatchBytes)
      return refused(device, 'too_large', `is longer than ${maxBatchBytes} bytes`);
    const single = !isArray(payload);
    // Most values that a line may have as well: lines are counted one by one below.
    const limit = new ValueLimit(
      single && !payload.includes('\n') ? MAX_READING_VALUES : this.maxValues,
      'ndjson',
    );
    if (!limit.add(payload))
      return refused(device, 'too_many', `has more values than ${maxBatchEvents} readings have`);
    const text = payload.toString('utf8');
    if (single) {
      const body = oneOf(text);
      if (body !== undefined) {
        if (payload.length > maxBodyBytes)
          return refused(device, 'too_large', `is longer than ${maxBodyBytes} bytes`);
        return this.one(device, body, arrival, newEventId);
      }
    }
    const batch = this.newBatch(device, arrival, newEventId);
    if (single) {
      const lines = readingLines(batch, { maxBodyBytes, maxBatchEvents });
      lines.push(payload);
      lines.end();
    } else addAll(batch, parseJson(text) as unknown[], maxBatchEvents);
    return judged(device, batch);
  }

  private one(
    device: string | undefined,
    body: unknown,
    { receivedAt, traceparent }: Arrival,
    newEventId: NewEventId,
  ): Judged {
    const { parser, quota } = this.options;
    const differs = agreeOnDevice(body, device);
    if (differs) return refused(device, 'invalid', worded([differs]));
    const { reading, errors } = parser.parse(body, receivedAt, newEventId);
    if (errors) return refused(device, 'invalid', worded(errors));
    const wait = quota?.take(reading.deviceId, receivedAt) ?? 0;
    if (wait > 0) return refused(device, 'quota', `device ${reading.deviceId} is over its quota`);
    return { records: [recordOf(reading, envelope(receivedAt, traceparent))], device };
  }

  private newBatch(
    device: string | undefined,
    { receivedAt, traceparent }: Arrival,
    newEventId: NewEventId,
  ): TopicBatch {
    const { parser, quota } = this.options;
    return new TopicBatch(
      { parser, quota, newEventId, receivedAt, envelope: envelope(receivedAt, traceparent) },
      device,
    );
  }
}

/** A batch whose readings belong to the device of their topic. */
class TopicBatch extends Batch {
  constructor(
    context: ConstructorParameters<typeof Batch>[0],
    private readonly device: string | undefined,
  ) {
    super(context);
  }

  override add(index: number, body: unknown): void {
    const differs = agreeOnDevice(body, this.device);
    if (differs) this.refuse(index, [differs]);
    else super.add(index, body);
  }
}

/** The one value of a text; undefined: it may have one on each line. */
function oneOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const lines = error instanceof PayloadRefused && error.reason === 'not_json';
    if (lines && text.trimEnd().includes('\n')) return undefined;
    throw error;
  }
}

function isArray(payload: Buffer): boolean {
  let i = 0;
  while (i < payload.length && BLANKS.has(payload[i]!)) i++;
  return payload[i] === OPENING_BRACKET;
}

const refused = (
  device: string | undefined,
  reason: Refused['reason'],
  message: string,
): Judged => ({
  records: NONE,
  device,
  refused: { reason, message, readings: 1 },
});

function judged(device: string | undefined, batch: Batch): Judged {
  const { records, errors, rejected, size, omitted } = batch;
  if (size === 0) return refused(device, 'empty', 'has no readings');
  if (rejected === 0) return { records, device };
  const list = errors.map(({ index, field, message }) => `[${index}] ${field} ${message}`);
  const more = omitted > 0 ? ` … and ${omitted} more` : '';
  const message = `${rejected} of ${size} readings are refused: ${list.join('; ')}${more}`;
  const reason = batch.invalid > 0 ? 'invalid' : 'quota';
  return { records, device, refused: { reason, message, readings: rejected } };
}

const worded = (errors: readonly FieldError[]): string =>
  errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
