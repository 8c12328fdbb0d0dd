import { IntakeTrace } from '@iot/intake';
import type { Delivery } from '@iot/mqtt';
import type { Tracing } from '@iot/tracing';

/** @returns undefined: the trace of this message is not kept */
export type TraceMessage = (delivery: Delivery) => IntakeTrace | undefined;

/**
 * @param filter what is subscribed to: the topic of a message names its device, and stays here
 * @param topic where readings go
 */
export const messageTraces =
  (tracing: Tracing, filter: string, topic: string): TraceMessage =>
  ({ traceparent }) => {
    const span = tracing.start(`receive ${filter}`, {
      kind: 'consumer',
      parent: traceparent,
      attributes: {
        'messaging.system': 'mqtt',
        'messaging.operation.name': 'receive',
        'messaging.operation.type': 'receive',
        'messaging.destination.template': filter,
      },
    });
    return span && new IntakeTrace(span, topic);
  };
