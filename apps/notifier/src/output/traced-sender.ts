import type { Tracing } from '@iot/tracing';
import type { Sender } from './sender.js';

/**
 * A sender that keeps a span of each delivery. To whom it goes, what it says and what was answered
 * stay here.
 */
export const tracedSender = (sender: Sender, tracing: Tracing | undefined): Sender =>
  tracing
    ? {
        send: async (receiver, notification, now) => {
          const span = tracing.start(`deliver ${receiver.kind}`, { kind: 'client' });
          if (!span) return sender.send(receiver, notification, now);
          const outcome = await tracing.within(span, () =>
            sender.send(receiver, notification, now),
          );
          span.end(undefined, outcome.kind === 'delivered' ? undefined : outcome.kind);
          return outcome;
        },
      }
    : sender;
