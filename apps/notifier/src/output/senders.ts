import type { NotificationDocument, ReceiverDocument, ReceiverKind } from '@iot/mongo';
import type { DeliveryOutcome } from '../core/retry.js';
import type { Sender } from './sender.js';

/** Each receiver by the sender of its kind. */
export class Senders implements Sender {
  constructor(private readonly byKind: Readonly<Record<ReceiverKind, Sender>>) {}

  send(
    receiver: ReceiverDocument,
    notification: NotificationDocument,
    now: number,
  ): Promise<DeliveryOutcome> {
    return this.byKind[receiver.kind].send(receiver, notification, now);
  }
}
