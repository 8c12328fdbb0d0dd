import { BUILT_IN_SENSORS, ReadingParser, SensorCatalogue } from '@iot/telemetry';
import { Batch, MAX_LISTED_ERRORS } from './batch.js';
import { Quota } from './quota.js';
import { envelope } from './records.js';

const NOW = 1_781_524_800_000;
const parser = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
  maxFutureSkewMs: 0,
  rawRetentionMs: 86_400_000,
});
const newBatch = (quota?: Quota) =>
  new Batch({
    parser,
    quota,
    newEventId: () => 'id',
    receivedAt: NOW,
    envelope: envelope(NOW, undefined),
  });
const reading = (device_id = 'd') => ({ device_id, humidity: 40 });

describe('Batch', () => {
  it('turns readings into records: key, value, time of arrival', () => {
    const batch = newBatch();
    batch.add(0, reading());
    expect(batch.records).toEqual([
      {
        key: 'd',
        value: `{"event_id":"id","device_id":"d","ts":${NOW},"humidity":40}`,
        timestamp: String(NOW),
      },
    ]);
  });

  it('names index, field and message of what is wrong, and keeps the rest', () => {
    const batch = newBatch();
    batch.add(0, reading());
    batch.add(1, { device_id: 'd', humidity: 'x', co2: 1 });
    batch.refuse(2, [{ field: '', message: 'is not valid JSON' }]);
    expect(batch).toMatchObject({ rejected: 2, size: 3, omitted: 0 });
    expect(batch.errors).toEqual([
      { index: 1, field: 'co2', message: 'is not a known field' },
      { index: 1, field: 'humidity', message: 'must be a finite number' },
      { index: 2, field: '', message: 'is not valid JSON' },
    ]);
  });

  it(`lists ${MAX_LISTED_ERRORS} errors and counts the rest`, () => {
    const batch = newBatch();
    for (let i = 0; i < 250; i++) batch.add(i, {});
    expect(batch.errors).toHaveLength(MAX_LISTED_ERRORS);
    expect(batch).toMatchObject({ rejected: 250, omitted: 150 });
  });

  it('refuses what is over a device’s quota, and says when it is worth trying again', () => {
    const batch = newBatch(new Quota(0.5, 2));
    for (let i = 0; i < 3; i++) batch.add(i, reading('busy'));
    batch.add(3, reading('calm'));
    expect(batch).toMatchObject({ rejected: 1, overQuota: 1, invalid: 0, retryAfter: 2 });
    expect(batch.errors).toEqual([
      { index: 2, field: 'device_id', message: 'is over its quota; send it again after 2 s' },
    ]);
    expect(batch.records).toHaveLength(3);
  });

  it('does not count what is invalid against a quota', () => {
    const batch = newBatch(new Quota(1, 1));
    batch.add(0, { device_id: 'd', humidity: 'x' });
    batch.add(1, reading());
    expect(batch.records).toHaveLength(1);
  });
});

describe('envelope', () => {
  const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('carries a trace that is well-formed, and no other', () => {
    expect(envelope(5, TRACE)).toEqual({ timestamp: '5', headers: { traceparent: TRACE } });
    for (const other of [
      '',
      'x',
      `${TRACE}\n`,
      TRACE.toUpperCase(),
      `${TRACE}-00`,
      `${TRACE}, ${TRACE}`,
    ])
      expect(envelope(5, other)).toEqual({ timestamp: '5' });
  });
});
