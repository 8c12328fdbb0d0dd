import { isSampled, traceContextOf, type TraceContext } from './trace-context.js';

/**
 * The spans that headers name, each once, and so many at most: those of traces that are kept first.
 * Of a batch most records have the header of the one before.
 */
export function linksOf(headers: Iterable<string | undefined>, most: number): TraceContext[] {
  const seen = new Set<string>();
  const kept: TraceContext[] = [];
  const others: TraceContext[] = [];
  let before: string | undefined;
  for (const header of headers) {
    if (header === undefined || header === before) continue;
    before = header;
    if (seen.has(header)) continue;
    const context = traceContextOf(header);
    if (!context) continue;
    const into = isSampled(context) ? kept : others;
    if (into.length < most) {
      seen.add(header);
      into.push(context);
    }
    if (kept.length === most) break;
  }
  return [...kept, ...others].slice(0, most);
}
