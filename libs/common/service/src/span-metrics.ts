import { metricsIn, type Registry } from '@iot/metrics';
import type { SpansDone } from '@iot/tracing';

const REASONS = ['full', 'failed'] as const;

/** What a process says of its spans. @param counts undefined: it keeps none, and all stays 0 */
export function spanMetrics(registry: Registry, counts: SpansDone | undefined): void {
  const { counter } = metricsIn(registry);
  const sent = counter('trace_spans_sent_total', 'Spans that the receiver of traces has taken');
  const dropped = counter(
    'trace_spans_dropped_total',
    'Spans that are lost: too many waited (full), or the receiver did not take them (failed)',
    ['reason'],
    { reason: REASONS },
  );
  if (!counts) return;
  let [sentBefore, lostBefore] = [0, { full: 0, failed: 0 }];
  Object.assign(sent, {
    collect: () => {
      sent.inc(counts.sent - sentBefore);
      sentBefore = counts.sent;
    },
  });
  Object.assign(dropped, {
    collect: () => {
      for (const reason of REASONS)
        dropped.inc({ reason }, counts.lost[reason] - lostBefore[reason]);
      lostBefore = { ...counts.lost };
    },
  });
}
