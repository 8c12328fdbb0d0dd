import type { Delivery } from '@iot/mqtt';
import { RecordedTraces } from '@iot/tracing/testing';
import { messageTraces } from './message-trace.js';

const delivery = { topic: 'sensors/a-device', traceparent: 'of a device' } as Delivery;

let traces: RecordedTraces;
const begin = () => messageTraces(traces, 'sensors/#', 'telemetry.raw')(delivery);
beforeEach(() => {
  traces = new RecordedTraces();
});

it('is a span of a message, by what is subscribed to, and one of its send', () => {
  const trace = begin()!;
  expect(trace.traceparent).toMatch(/to come$/);
  trace.send(2).end();
  trace.end();
  expect(traces.spans).toMatchObject([
    {
      name: 'receive sensors/#',
      parent: 'of a device',
      attributes: { 'messaging.system': 'mqtt', 'messaging.destination.template': 'sensors/#' },
      ended: true,
    },
    { name: 'send telemetry.raw', attributes: { 'messaging.batch.message_count': 2 } },
  ]);
  expect(JSON.stringify(traces.spans)).not.toContain('a-device');
});

it('is nothing where it is not kept', () => {
  traces.keep = false;
  expect(begin()).toBeUndefined();
});
