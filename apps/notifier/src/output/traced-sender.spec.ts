import type { NotificationDocument, ReceiverDocument } from '@iot/mongo';
import { RecordedTraces } from '@iot/tracing/testing';
import type { DeliveryOutcome } from '../core/retry.js';
import { tracedSender } from './traced-sender.js';

const receiver = {
  kind: 'webhook',
  url: 'https://a-host/?token=a-secret',
} as unknown as ReceiverDocument;
const notification = { _id: 'n', body: 'of a-device' } as unknown as NotificationDocument;
const sending = (outcome: DeliveryOutcome) => ({ send: () => Promise.resolve(outcome) });

it.each([
  [{ kind: 'delivered' as const }, undefined],
  [{ kind: 'failed' as const, reason: 'a-host said a-secret' }, 'failed'],
  [{ kind: 'refused' as const, reason: 'a-host' }, 'refused'],
])('keeps that a delivery came to %j, and nothing of what it was', async (outcome, failure) => {
  const traces = new RecordedTraces();
  const sender = tracedSender(sending(outcome), traces);
  expect(await sender.send(receiver, notification, 1)).toBe(outcome);
  expect(traces.spans).toMatchObject([{ name: 'deliver webhook', ended: true, failure }]);
  expect(JSON.stringify(traces.spans)).not.toMatch(/a-(secret|host|device)/);
});

it('is the sender itself where there are no traces, and sends where one is not kept', async () => {
  const plain = sending({ kind: 'delivered' });
  expect(tracedSender(plain, undefined)).toBe(plain);
  const traces = new RecordedTraces();
  traces.keep = false;
  expect(await tracedSender(plain, traces).send(receiver, notification, 1)).toEqual({
    kind: 'delivered',
  });
});
