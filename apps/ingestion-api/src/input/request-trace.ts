import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ComingSpan, Span, Tracing } from '@iot/tracing';

/** The spans of a request: its own, and that of what it sends to Kafka. */
export class RequestTrace {
  private readonly sending: ComingSpan;

  constructor(
    private readonly span: Span,
    private readonly topic: string,
  ) {
    this.sending = span.coming();
  }

  /** What the records of the request carry: it names the span that will send them. */
  get traceparent(): string {
    return this.sending.traceparent;
  }

  /** The records go to Kafka now. */
  send(records: number): Span {
    return this.sending.begin(`send ${this.topic}`, {
      kind: 'producer',
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': this.topic,
        'messaging.batch.message_count': records,
      },
    });
  }

  answered(status: number): void {
    const failure = status >= 500 ? `answered ${status}` : undefined;
    this.span.end({ 'http.response.status_code': status }, failure);
  }

  gone(): void {
    this.span.end(undefined, 'the client went away');
  }
}

/** @returns undefined: the trace of this request is not kept */
export type TraceRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  route: string,
) => RequestTrace | undefined;

/** @param topic where readings go */
export const requestTraces =
  (tracing: Tracing, topic: string): TraceRequest =>
  ({ method, headers }, response, route) => {
    const span = tracing.start(`${method!} ${route}`, {
      kind: 'server',
      parent: headers['traceparent'] as string | undefined,
      attributes: { 'http.request.method': method!, 'http.route': route },
    });
    if (!span) return undefined;
    const trace = new RequestTrace(span, topic);
    // After an answer this changes nothing.
    response.once('close', () => trace.gone());
    return trace;
  };
