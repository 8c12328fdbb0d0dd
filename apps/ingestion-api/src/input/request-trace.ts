import type { IncomingMessage, ServerResponse } from 'node:http';
import { IntakeTrace } from '@iot/intake';
import type { Tracing } from '@iot/tracing';

/** The spans of a request: its own, and that of what it sends to Kafka. */
export class RequestTrace extends IntakeTrace {
  answered(status: number): void {
    const failure = status >= 500 ? `answered ${status}` : undefined;
    this.end({ 'http.response.status_code': status }, failure);
  }

  gone(): void {
    this.end(undefined, 'the client went away');
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
