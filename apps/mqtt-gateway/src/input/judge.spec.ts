import { Quota } from '@iot/intake';
import { BUILT_IN_SENSORS, ReadingParser, SensorCatalogue } from '@iot/telemetry';
import { Judge, type Arrival } from './judge.js';

const NOW = 1_800_000_000_000;
const ARRIVAL = { receivedAt: NOW, traceparent: undefined };
const parser = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
  maxFutureSkewMs: 300_000,
  rawRetentionMs: 30 * 86_400_000,
});
const judgeWith = (quota?: Quota): Judge =>
  new Judge({
    parser,
    quota,
    deviceLevel: 2,
    maxBodyBytes: 1000,
    maxBatchBytes: 5000,
    maxBatchEvents: 3,
  });
const judge = (topic: string, payload: string, by = judgeWith(), arrival: Arrival = ARRIVAL) => {
  let n = 0;
  return by.judge(topic, Buffer.from(payload), arrival, () => `id-${n++}`);
};
const values = ({ records }: { records: readonly { value: string | Buffer }[] }): unknown[] =>
  records.map(({ value }) => JSON.parse(String(value)) as unknown);

describe('a payload', () => {
  it('of the replaced system is taken as it is', () => {
    const judged = judge(
      'sensors/device1',
      '{"device_id":"device1","temperature":21.5,"humidity":40,"voltage":230,"current":1,"pressure":1000}',
    );
    expect(judged.refused).toBeUndefined();
    expect(judged.records[0]).toMatchObject({ key: 'device1', timestamp: String(NOW) });
    expect(values(judged)).toEqual([
      {
        event_id: 'id-0',
        device_id: 'device1',
        ts: NOW,
        temperature_c: 21.5,
        humidity: 40,
        voltage: 230,
        current: 1,
        pressure: 1000,
      },
    ]);
  });

  it('hands on the trace that it came with, in each record', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const traced = { receivedAt: NOW, traceparent };
    for (const payload of ['{"humidity":1}', '[{"humidity":1}]', '{"humidity":1}\n{"humidity":2}'])
      for (const { headers } of judge('sensors/d7', payload, judgeWith(), traced).records)
        expect(headers).toEqual({ traceparent });
    const odd = { receivedAt: NOW, traceparent: 'odd' };
    const [record] = judge('sensors/d7', '{"humidity":1}', judgeWith(), odd).records;
    expect(record!.headers).toBeUndefined();
  });

  it('gets its device from the topic', () => {
    expect(judge('sensors/d7', '{"humidity":1}').records[0]?.key).toBe('d7');
    const lines = judge('sensors/d7', '{"humidity":1}\n{"humidity":2}\n');
    expect(lines.records.map(({ key }) => key)).toEqual(['d7', 'd7']);
    expect(judge('sensors/d7', ' [{"humidity":1},{"humidity":2}]').records).toHaveLength(2);
  });

  it('is refused in part, and what is well goes on', () => {
    const judged = judge(
      'sensors/d7',
      '[{"humidity":1},{"humidity":"x"},{"device_id":"d8","humidity":1}]',
    );
    expect(judged.records).toHaveLength(1);
    expect(judged.refused).toMatchObject({ reason: 'invalid', readings: 2 });
    expect(judged.refused?.message).toContain('[1] humidity');
    expect(judged.refused?.message).toContain('[2] device_id');
  });

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['[]', 'empty'],
    ['{', 'not_json'],
    ['[{', 'not_json'],
    ['null', 'invalid'],
    ['17', 'invalid'],
    ['{"humidity":1,"odd":2}', 'invalid'],
    ['{"device_id":"d8","humidity":1}', 'invalid'],
    ['[1]', 'invalid'],
    ['{"humidity":1}\n{\n', 'invalid'],
    ['[{"humidity":1},{"humidity":1},{"humidity":1},{"humidity":1}]', 'too_many'],
    [`{"humidity":1,"x":"${'x'.repeat(1000)}"}`, 'too_large'],
    [`[${'{},'.repeat(1600)}{}]`, 'too_many'],
    ['x'.repeat(5001), 'too_large'],
  ])('%.40s is refused as %s', (payload, reason) => {
    const judged = judge('sensors/d7', payload);
    expect(judged.refused?.reason).toBe(reason);
    expect(judged.device).toBe('d7');
  });

  it('of a device over its quota is refused', () => {
    const by = judgeWith(new Quota(1, 1));
    expect(judge('sensors/d7', '{"humidity":1}', by).refused).toBeUndefined();
    expect(judge('sensors/d7', '{"humidity":1}', by).refused?.reason).toBe('quota');
    expect(judge('sensors/d7', '[{"humidity":1}]', by).refused?.reason).toBe('quota');
  });
});
