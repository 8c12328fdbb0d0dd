/** What a W3C `traceparent` says. */
export interface TraceContext {
  /** 32 and 16 hexadecimal digits, not all of them 0. */
  readonly traceId: string;
  readonly spanId: string;
  /** Bit 0: the trace is kept. */
  readonly traceFlags: number;
}

const FORM = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:$|-)/;
/** Of version 00. Later ones may have more, which is not looked at. */
const LENGTH = 55;

/** Whether a traceparent says that its trace is kept. */
export const isSampled = ({ traceFlags }: TraceContext): boolean => (traceFlags & 1) === 1;

/** @param header as received; undefined: there is none, or it is not well-formed */
export function traceContextOf(header: string | undefined): TraceContext | undefined {
  if (header === undefined || (header.length > LENGTH && header.startsWith('00'))) return undefined;
  const [, traceId, spanId, flags] = FORM.exec(header) ?? [];
  return traceId === undefined || spanId === undefined
    ? undefined
    : { traceId, spanId, traceFlags: Number.parseInt(flags!, 16) };
}

export const traceparentOf = ({ traceId, spanId, traceFlags }: TraceContext): string =>
  `00-${traceId}-${spanId}-${(traceFlags & 1).toString().padStart(2, '0')}`;

/**
 * What is handed on of a traceparent by who adds no span to the trace: the header as it came, but
 * of a later version only what is known of it.
 * @param header as received; undefined: nothing is handed on
 */
export function handedOn(header: string | undefined): string | undefined {
  const context = traceContextOf(header);
  return context && (header!.length === LENGTH ? header : traceparentOf(context));
}
