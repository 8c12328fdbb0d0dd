import { activeTracing, type SpanOptions } from '@iot/tracing';

/** The trace that records belong to: a header of each. */
export interface TraceHeaders {
  readonly traceparent?: string;
}

const NONE: TraceHeaders = Object.freeze({});

/** The span of a send to a topic. */
export const sendSpan = (topic: string, records: number): [name: string, options: SpanOptions] => [
  `send ${topic}`,
  {
    kind: 'producer',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': topic,
      'messaging.batch.message_count': records,
    },
  },
];

/**
 * Sends to a topic what something traced makes, such as a batch: a span of that. The records name
 * it, so that the span of who reads them has a link to it.
 */
export class Sends {
  constructor(
    private readonly topic: string,
    private readonly tracing = activeTracing(),
  ) {}

  /** @param send is given the headers that go with each record */
  of<T>(records: number, send: (trace: TraceHeaders) => Promise<T>): Promise<T> {
    return this.tracing
      ? this.tracing.step(...sendSpan(this.topic, records), (span) =>
          send(span ? { traceparent: span.traceparent } : NONE),
        )
      : send(NONE);
  }
}
