import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RecordedTraces } from '@iot/tracing/testing';
import { requestTraces } from './request-trace.js';

const request = { method: 'POST', headers: { traceparent: 'of a device' } } as unknown;

let traces: RecordedTraces;
let response: EventEmitter;
beforeEach(() => {
  traces = new RecordedTraces();
  response = new EventEmitter();
});
const begin = () =>
  requestTraces(traces, 'telemetry.raw')(
    request as IncomingMessage,
    response as ServerResponse,
    '/ingest',
  );

it('names the send before it begins, and ends with the answer', () => {
  const trace = begin()!;
  expect(trace.traceparent).toMatch(/to come$/);
  trace.send(2).end();
  trace.answered(202);
  response.emit('close');
  expect(traces.spans).toMatchObject([
    {
      name: 'POST /ingest',
      parent: 'of a device',
      attributes: { 'http.route': '/ingest', 'http.response.status_code': 202 },
      failure: undefined,
    },
    { name: 'send telemetry.raw', attributes: { 'messaging.batch.message_count': 2 } },
  ]);
});

it('ends where the client goes away', () => {
  begin();
  response.emit('close');
  expect(traces.spans).toMatchObject([{ ended: true, failure: 'the client went away' }]);
});

it('is nothing where it is not kept', () => {
  traces.keep = false;
  expect(begin()).toBeUndefined();
  expect(response.listenerCount('close')).toBe(0);
});
