import { RecordedTraces } from '@iot/tracing/testing';
import { Sends, type TraceHeaders } from './sends.js';

let traces: RecordedTraces;
let sent: TraceHeaders[];
beforeEach(() => {
  traces = new RecordedTraces();
  sent = [];
});
const send = async (trace: TraceHeaders) => sent.push(trace);

it('is a span of what is traced, and its records name it', async () => {
  const batch = traces.start('process telemetry.raw', { kind: 'consumer' })!;
  await traces.within(batch, () => new Sends('telemetry.alerts', traces).of(2, send));
  expect(traces.spans[1]).toMatchObject({
    name: 'send telemetry.alerts',
    parent: batch.traceparent,
    attributes: { 'messaging.batch.message_count': 2 },
    ended: true,
  });
  expect(sent).toEqual([{ traceparent: expect.stringContaining('0001-01') as string }]);
});

it('fails where the send does', async () => {
  const batch = traces.start('process telemetry.raw', { kind: 'consumer' })!;
  const away = () => Promise.reject(new RangeError('away'));
  const sending = traces.within(batch, () => new Sends('telemetry.alerts', traces).of(1, away));
  await expect(sending).rejects.toThrow('away');
  expect(traces.spans[1]).toMatchObject({ attributes: { 'error.type': 'RangeError' } });
});

it('adds nothing to what is not traced, or where there are no traces', async () => {
  await new Sends('telemetry.alerts', traces).of(1, send);
  await new Sends('telemetry.alerts', undefined).of(1, send);
  expect(sent).toEqual([{}, {}]);
  expect(traces.spans).toEqual([]);
});
