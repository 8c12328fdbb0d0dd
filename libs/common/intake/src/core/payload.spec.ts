import { BUILT_IN_SENSORS, ReadingParser, SensorCatalogue } from '@iot/telemetry';
import { Batch } from './batch.js';
import { addAll, mostValues, parseJson, readingLines } from './payload.js';
import { envelope } from './records.js';
import { PayloadRefused } from './refusal.js';

const NOW = 1_781_524_800_000;
const parser = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
  maxFutureSkewMs: 0,
  rawRetentionMs: 86_400_000,
});
const newBatch = () =>
  new Batch({
    parser,
    quota: undefined,
    newEventId: () => 'id',
    receivedAt: NOW,
    envelope: envelope(NOW, undefined),
  });
const reading = { device_id: 'd', humidity: 40 };
const refusedFor = (reason: string, message: RegExp) =>
  expect.objectContaining({
    name: 'PayloadRefused',
    reason,
    message: expect.stringMatching(message),
  });

describe('parseJson', () => {
  it('tells a payload that is empty from one that is not JSON', () => {
    expect(parseJson('[1]')).toEqual([1]);
    const caught = (text: string): unknown => {
      try {
        return parseJson(text);
      } catch (error) {
        return error;
      }
    };
    expect(caught(' \n')).toEqual(refusedFor('empty', /is empty/));
    expect(caught('{')).toEqual(refusedFor('not_json', /is not valid JSON/));
  });
});

describe('addAll', () => {
  it('adds every element, the bad ones as refused', () => {
    const batch = newBatch();
    addAll(batch, [reading, 7, reading], 3);
    expect(batch.records).toHaveLength(2);
    expect(batch.errors).toEqual([expect.objectContaining({ index: 1 })]);
  });

  it('adds none of too many', () => {
    const batch = newBatch();
    expect(() => addAll(batch, [reading, reading], 1)).toThrow(PayloadRefused);
    expect(batch.size).toBe(0);
  });
});

describe('readingLines', () => {
  const limits = { maxBodyBytes: 60, maxBatchEvents: 3 };
  const line = JSON.stringify(reading);

  it('adds each line that is a reading, and says what is wrong with the others', () => {
    const batch = newBatch();
    const lines = readingLines(batch, limits);
    lines.push(Buffer.from(`${line}\n{"de\n${' '.repeat(50)}${line}`));
    lines.end();
    expect(batch.records).toHaveLength(1);
    expect(batch.errors).toEqual([
      { index: 1, field: '', message: 'is not valid JSON' },
      { index: 2, field: '', message: 'is longer than 60 bytes' },
    ]);
  });

  it('refuses the payload at the first line beyond the most', () => {
    const lines = readingLines(newBatch(), limits);
    expect(() => lines.push(Buffer.from(`${line}\n`.repeat(4)))).toThrow(PayloadRefused);
  });
});

it('lets a payload have the values that its readings can have', () => {
  expect(mostValues(10, parser)).toBeGreaterThanOrEqual(10 * parser.fieldCount);
});
