import { EventEmitter } from 'node:events';
import type { MongoClient } from 'mongodb';
import { RecordedTraces } from '@iot/tracing/testing';
import { traceCommands } from './traced-commands.js';

const DATABASE = { databaseName: 'iotdb' };
const FIND = { find: 'alerts', filter: { device_id: 'a-device' } };

let client: EventEmitter;
let traces: RecordedTraces;
beforeEach(() => {
  client = new EventEmitter();
  traces = new RecordedTraces();
  traceCommands(client as MongoClient, traces);
});
const began = (requestId: number, commandName: string, command: object) =>
  client.emit('commandStarted', { requestId, commandName, command, ...DATABASE });

it('is a span of each command of what is traced, without what the command says', () => {
  const request = traces.start('GET /alerts', { kind: 'server' })!;
  traces.within(request, () => {
    began(1, 'find', FIND);
    began(2, 'getMore', { getMore: 7n, collection: 'alerts' });
  });
  client.emit('commandSucceeded', { requestId: 1 });
  client.emit('commandFailed', { requestId: 2, failure: new TypeError('a-device is odd') });
  expect(traces.spans.slice(1)).toMatchObject([
    {
      name: 'find alerts',
      parent: request.traceparent,
      attributes: { 'db.collection.name': 'alerts', 'db.namespace': 'iotdb' },
      ended: true,
      failure: undefined,
    },
    {
      name: 'getMore alerts',
      attributes: { 'error.type': 'TypeError' },
      ended: true,
      failure: '',
    },
  ]);
  expect(JSON.stringify(traces.spans)).not.toContain('a-device');
});

it('is none of what is not traced', () => {
  began(1, 'ping', { ping: 1 });
  client.emit('commandSucceeded', { requestId: 1 });
  expect(traces.spans).toEqual([]);
});
