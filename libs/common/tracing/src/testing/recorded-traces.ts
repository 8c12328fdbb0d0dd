import { AsyncLocalStorage } from 'node:async_hooks';
import { kindOf } from '../core/kind-of-error.js';
import { asStep } from '../during.js';
import type { Attributes, RootOptions, Span, SpanOptions, Tracing } from '../tracing.js';

export interface RecordedSpan {
  readonly name: string;
  readonly parent: string | undefined;
  readonly links: readonly (string | undefined)[];
  readonly attributes: Attributes;
  readonly ended: boolean;
  readonly failure: string | undefined;
}

/** Traces that are only written down, for tests of what makes spans. */
export class RecordedTraces implements Tracing {
  readonly spans: RecordedSpan[] = [];
  readonly counts = { sent: 0, lost: { full: 0, failed: 0 } };
  /** Whether spans that begin a trace here are kept. */
  keep = true;
  private readonly storage = new AsyncLocalStorage<Span>();

  start(name: string, options: RootOptions): Span | undefined {
    return this.keep ? this.begin(name, options, options.parent, options.links) : undefined;
  }

  within<T>(span: Span, work: () => T): T {
    return this.storage.run(span, work);
  }

  current(): Span | undefined {
    return this.storage.getStore();
  }

  step<T>(
    name: string,
    options: SpanOptions,
    work: (span: Span | undefined) => Promise<T>,
  ): Promise<T> {
    return asStep(this, name, options, work);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private begin(
    name: string,
    { attributes = {} }: SpanOptions,
    parent?: string,
    links: Iterable<string | undefined> = [],
  ): Span {
    const at = this.spans.length;
    this.spans.push({
      ...{ name, parent, links: [...links], attributes },
      ...{ ended: false, failure: undefined },
    });
    const traceparent = `00-${'a'.repeat(32)}-${String(at).padStart(16, '0')}-01`;
    return {
      traceparent,
      child: (other, options) => this.begin(other, options, traceparent),
      coming: () => ({
        traceparent: `${traceparent} to come`,
        begin: (other, options) => this.begin(other, options, traceparent),
      }),
      end: (more, failure) => {
        const span = this.spans[at]!;
        if (span.ended) return;
        this.spans[at] = {
          ...span,
          attributes: { ...span.attributes, ...more },
          ended: true,
          failure,
        };
      },
      fail(error) {
        this.end({ 'error.type': kindOf(error) }, '');
      },
    };
  }
}
