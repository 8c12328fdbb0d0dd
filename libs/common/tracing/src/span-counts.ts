import {
  createNoopMeter,
  type Counter,
  type Meter,
  type MeterProvider,
  type MetricOptions,
} from '@opentelemetry/api';
import type { SpansDone } from './tracing.js';

/** What the SDK counts of spans that are done with, and why they were not sent. */
const PROCESSED = 'otel.sdk.processor.span.processed';
const ERROR = 'error.type';
const FULL = 'queue_full';

/** What became of the spans of a process, as the SDK counts it. */
export class SpanCounts implements SpansDone {
  sent = 0;
  readonly lost = { full: 0, failed: 0 };

  /** Where the SDK counts; what else it measures is left alone. */
  readonly meters: MeterProvider = {
    getMeter: () => {
      const others = createNoopMeter();
      const createCounter = (name: string, options?: MetricOptions): Counter =>
        name === PROCESSED
          ? { add: (spans, attributes) => this.count(spans, attributes?.[ERROR]) }
          : others.createCounter(name, options);
      return Object.assign(Object.create(others) as Meter, { createCounter });
    },
  };

  private count(spans: number, error: unknown): void {
    if (error === undefined) this.sent += spans;
    else this.lost[error === FULL ? 'full' : 'failed'] += spans;
  }
}
