import type { NotificationDocument, ReceiverDocument } from '@iot/mongo';
import type { DeliveryOutcome } from '../core/retry.js';

/** Takes a notification to its receiver. It never throws: what goes wrong is an outcome. */
export interface Sender {
  send(
    receiver: ReceiverDocument,
    notification: NotificationDocument,
    now: number,
  ): Promise<DeliveryOutcome>;
}
