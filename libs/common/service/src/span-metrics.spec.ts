import { Registry } from '@iot/metrics';
import { spanMetrics } from './span-metrics.js';

const shown = async (registry: Registry): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => /^trace_/.test(line));

it('shows what became of spans, each once', async () => {
  const registry = new Registry();
  const counts = { sent: 0, lost: { full: 0, failed: 0 } };
  spanMetrics(registry, counts);
  Object.assign(counts, { sent: 3, lost: { full: 2, failed: 0 } });
  await shown(registry);
  counts.sent = 4;
  expect(await shown(registry)).toEqual([
    'trace_spans_sent_total 4',
    'trace_spans_dropped_total{reason="full"} 2',
    'trace_spans_dropped_total{reason="failed"} 0',
  ]);
});

it('is all 0 in a process that keeps none', async () => {
  const registry = new Registry();
  spanMetrics(registry, undefined);
  expect(await shown(registry)).toHaveLength(3);
});
