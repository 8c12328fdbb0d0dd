export { activeTracing, startTracing } from './active.js';
export { handedOn, traceContextOf } from './core/trace-context.js';
export { during } from './during.js';
export type { TracesConfig } from './core/settings.js';
export type {
  Attributes,
  ComingSpan,
  RootOptions,
  Span,
  SpanKind,
  SpanOptions,
  SpansDone,
  Tracing,
} from './tracing.js';
