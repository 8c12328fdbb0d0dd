export { startOtlpReceiver, type OtlpReceiver } from './otlp-receiver.js';
export type { ReceivedSpan } from './received-spans.js';
export { RecordedTraces, type RecordedSpan } from './recorded-traces.js';
