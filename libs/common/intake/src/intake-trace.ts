import { sendSpan } from '@iot/kafka';
import type { Attributes, ComingSpan, Span } from '@iot/tracing';

/** The spans of what brings readings, such as a request: its own, and that of its send to Kafka. */
export class IntakeTrace {
  private readonly sending: ComingSpan;

  /** @param topic where readings go */
  constructor(
    private readonly span: Span,
    private readonly topic: string,
  ) {
    this.sending = span.coming();
  }

  /** What the records carry: it names the span that will send them. */
  get traceparent(): string {
    return this.sending.traceparent;
  }

  /** The records go to Kafka now. */
  send(records: number): Span {
    return this.sending.begin(...sendSpan(this.topic, records));
  }

  /** A second end is none. */
  end(attributes?: Attributes, failure?: string): void {
    this.span.end(attributes, failure);
  }
}
