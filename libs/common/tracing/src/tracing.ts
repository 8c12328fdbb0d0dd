/** What an operation is to the others of its trace, as OpenTelemetry has it. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Names of OpenTelemetry's semantic conventions. Nothing of a device, a person or a body. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
}

/** An operation that began. It is kept once it has ended. */
export interface Span {
  /** The W3C header that names it, for what goes on elsewhere. */
  readonly traceparent: string;
  child(name: string, options: SpanOptions): Span;
  /** One that begins later, and that can be named before. */
  coming(): ComingSpan;
  /** @param failure in a few words, what went wrong. A second end is none. */
  end(attributes?: Attributes, failure?: string): void;
  /** Ends as failed. Only the kind of error is kept: its message may hold what people store. */
  fail(error: unknown): void;
}

export interface ComingSpan {
  readonly traceparent: string;
  begin(name: string, options: SpanOptions): Span;
}

export interface RootOptions extends SpanOptions {
  /** The traceparent that came with it; what is not well-formed says nothing. */
  readonly parent?: string | undefined;
  /** The traceparents of what led to it; so many are looked at as are linked. */
  readonly links?: Iterable<string | undefined>;
}

/** What became of spans that ended. */
export interface SpansDone {
  /** The receiver has taken them. */
  readonly sent: number;
  /** `full`: too many waited; `failed`: the receiver did not take them. */
  readonly lost: { readonly full: number; readonly failed: number };
}

/** The traces of a process. */
export interface Tracing {
  readonly counts: SpansDone;
  /** @returns undefined: this one is not kept */
  start(name: string, options: RootOptions): Span | undefined;
  /** Does what belongs to a span, which {@link Tracing.current} tells then, also to what it awaits. */
  within<T>(span: Span, work: () => T): T;
  /** Undefined also where that span has ended. */
  current(): Span | undefined;
  /**
   * Does a part of what is traced as a span of its own, which the work is given; of what is not
   * traced there is none.
   */
  step<T>(
    name: string,
    options: SpanOptions,
    work: (span: Span | undefined) => Promise<T>,
  ): Promise<T>;
  /** Sends what waits, for so long at most. */
  close(withinMs: number): Promise<void>;
}

/** Most spans that one span is linked to. */
export const MOST_LINKS = 32;
