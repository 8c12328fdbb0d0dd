import { AsyncLocalStorage } from 'node:async_hooks';
import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as SdkSpan,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  TracerProvider,
  type IdGenerator,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { kindOf } from './core/kind-of-error.js';
import { linksOf } from './core/links.js';
import type { Settings } from './core/settings.js';
import { traceContextOf, traceparentOf } from './core/trace-context.js';
import { diagnostics } from './diagnostics.js';
import { asStep } from './during.js';
import { samplerOf } from './sampler.js';
import { SpanCounts } from './span-counts.js';
import {
  MOST_LINKS,
  type Attributes,
  type ComingSpan,
  type RootOptions,
  type Span,
  type SpanKind,
  type SpanOptions,
  type Tracing,
} from './tracing.js';

const KINDS: Readonly<Record<SpanKind, Kind>> = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
};
/** Traces by OpenTelemetry's own SDK. Nothing waits for it, and what it cannot send is lost. */
export function openTelemetry(settings: Settings, log: Logger): Tracing {
  const { url, headers, timeoutMs, queue, resource, sampling } = settings;
  diag.setLogger(diagnostics(log, secretsIn(headers)), {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  const counts = new SpanCounts();
  const ids = new GivenIds();
  const provider = new TracerProvider({
    sampler: samplerOf(sampling),
    resource: defaultResource().merge(resourceFromAttributes(resource)),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url, headers, timeoutMillis: timeoutMs }),
        maxQueueSize: queue.spans,
        maxExportBatchSize: queue.spansAtOnce,
        scheduledDelayMillis: queue.delayMs,
        exportTimeoutMillis: queue.timeoutMs,
        selfObsMeterProvider: counts.meters,
      }),
    ],
  });
  return new OpenTelemetryTracing(provider, ids, counts);
}

/** Values of headers, and the words of one such as `Bearer …`. */
const secretsIn = (headers: Settings['headers']): string[] =>
  Object.values(headers).flatMap((value) => [value, ...value.split(' ')].filter(Boolean));

/** An id that was given away before its span began, or a new one. */
class GivenIds implements IdGenerator {
  next: string | undefined;
  private readonly random = new RandomIdGenerator();

  generateTraceId(): string {
    return this.random.generateTraceId();
  }

  generateSpanId(): string {
    const id = this.next ?? this.random.generateSpanId();
    this.next = undefined;
    return id;
  }
}

class OpenTelemetryTracing implements Tracing {
  readonly tracer: Tracer;
  private readonly storage = new AsyncLocalStorage<KeptSpan>();

  constructor(
    private readonly provider: TracerProvider,
    readonly ids: GivenIds,
    readonly counts: SpanCounts,
  ) {
    this.tracer = provider.getTracer('iot-telemetry');
  }

  start(name: string, { parent, links, ...options }: RootOptions): Span | undefined {
    const from = traceContextOf(parent);
    const context = from
      ? trace.setSpanContext(ROOT_CONTEXT, { ...from, isRemote: true })
      : ROOT_CONTEXT;
    const linked = links && linksOf(links, MOST_LINKS);
    const span = this.tracer.startSpan(
      name,
      {
        ...asSdk(options),
        links: linked?.map((of) => ({ context: { ...of, isRemote: true } })) ?? [],
      },
      context,
    );
    return span.isRecording() ? new KeptSpan(this, span) : undefined;
  }

  within<T>(span: Span, work: () => T): T {
    return this.storage.run(span as KeptSpan, work);
  }

  current(): Span | undefined {
    const span = this.storage.getStore();
    // A timer, or a connection, that something traced began has a life of its own.
    return span?.ended ? undefined : span;
  }

  step<T>(
    name: string,
    options: SpanOptions,
    work: (span: Span | undefined) => Promise<T>,
  ): Promise<T> {
    return asStep(this, name, options, work);
  }

  async close(withinMs: number): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const sent = this.provider.shutdown().catch((error: unknown) => diag.error(String(error)));
    await Promise.race([sent, new Promise((done) => (late = setTimeout(done, withinMs)))]);
    clearTimeout(late);
  }
}

class KeptSpan implements Span {
  readonly traceparent: string;
  private readonly context: Context;
  ended = false;

  constructor(
    private readonly tracing: OpenTelemetryTracing,
    private readonly span: SdkSpan,
  ) {
    this.traceparent = traceparentOf(span.spanContext());
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }

  child(name: string, options: SpanOptions): Span {
    const { tracing } = this;
    return new KeptSpan(tracing, tracing.tracer.startSpan(name, asSdk(options), this.context));
  }

  coming(): ComingSpan {
    const { ids } = this.tracing;
    const spanId = ids.generateSpanId();
    return {
      traceparent: traceparentOf({ ...this.span.spanContext(), spanId }),
      begin: (name, options) => {
        ids.next = spanId;
        return this.child(name, options);
      },
    };
  }

  end(attributes?: Attributes, failure?: string): void {
    if (this.ended) return;
    this.ended = true;
    if (attributes) this.span.setAttributes(attributes);
    if (failure !== undefined)
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    this.span.end();
  }

  fail(error: unknown): void {
    this.end({ 'error.type': kindOf(error) }, '');
  }
}

const asSdk = ({ kind, attributes }: SpanOptions) => ({
  kind: KINDS[kind],
  ...(attributes && { attributes: { ...attributes } }),
});
