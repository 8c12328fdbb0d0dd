import { printable } from '@iot/printable';
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { Counts, Statistics } from '../core/statistics.js';
import type { CheckResult } from '../check.js';
import { count, millis } from './progress.js';

const PERCENTILES = [50, 75, 90, 95, 99, 99.9, 99.99, 100] as const;
const BAR = 40;

/** A limit that was set and what was measured. */
export interface Threshold {
  readonly name: string;
  readonly limit: number;
  readonly actual: number;
  readonly ok: boolean;
}

/** The result of a run; times in ms. `ok` is what the exit code says. */
export interface Report {
  readonly command: string;
  readonly target: string;
  readonly seed: number;
  readonly until: string | undefined;
  readonly started_at: string;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly events: Counts & { total: number; errorRate: number };
  readonly acceptedPerSecond: number;
  readonly requests: { sent: number; retries: number; attemptsByStatus: Record<string, number> };
  readonly reasons: Record<string, number>;
  readonly latency: {
    countsFrom: 'due' | 'sent';
    mean: number;
    percentiles: Record<string, number>;
    hdrHistogramMicros: string;
  };
  /**
   * What the load generator itself took. Above 90 % of a core, or where its own turns were late
   * (ms), it is part of what was measured.
   */
  readonly generator: {
    cpuSeconds: number;
    cpuShare: number;
    rssMegabytes: number;
    latenessP99: number;
  };
  readonly thresholds: readonly Threshold[];
  check?: CheckResult | { readonly ok: false; readonly error: string };
  ok: boolean;
}

/** What a report needs besides the statistics. */
export type Circumstances = Pick<
  Report,
  'command' | 'target' | 'seed' | 'until' | 'started_at' | 'seconds' | 'interrupted' | 'generator'
> & {
  readonly openLoop: boolean;
  readonly maxP99: number | undefined;
  readonly maxErrorRate: number | undefined;
};

export function makeReport(statistics: Statistics, circumstances: Circumstances): Report {
  const { openLoop, maxP99, maxErrorRate, ...about } = circumstances;
  const { events, total, errorRate, latency } = statistics;
  const thresholds: Threshold[] = [
    {
      name: 'error rate',
      limit: maxErrorRate ?? 0,
      actual: errorRate,
      ok: errorRate <= (maxErrorRate ?? 0),
    },
  ];
  // No answer at all is no good p99.
  const p99 = latency.totalCount === 0 && total > 0 ? Infinity : statistics.percentile(99);
  if (maxP99 !== undefined)
    thresholds.push({ name: 'p99 ms', limit: maxP99, actual: p99, ok: p99 <= maxP99 });
  return {
    ...about,
    events: { ...events, total, errorRate },
    acceptedPerSecond:
      (events.accepted + events.acceptedDuplicates) / Math.max(0.001, about.seconds),
    requests: {
      sent: statistics.requests,
      retries: statistics.retries,
      attemptsByStatus: Object.fromEntries(statistics.statuses),
    },
    reasons: Object.fromEntries(statistics.reasons),
    latency: {
      countsFrom: openLoop ? 'due' : 'sent',
      mean: latency.totalCount === 0 ? 0 : latency.mean / 1000,
      percentiles: Object.fromEntries(
        PERCENTILES.map((p) => [p === 100 ? 'max' : `p${p}`, statistics.percentile(p)]),
      ),
      hdrHistogramMicros: encodeIntoCompressedBase64(latency),
    },
    thresholds,
    ok: !about.interrupted && total > 0 && thresholds.every(({ ok }) => ok),
  };
}

/** The report as people read it. */
export function reportText(report: Report): string {
  const { events, requests, latency, generator } = report;
  const lines = [
    `${report.interrupted ? 'interrupted after' : 'ran for'} ${report.seconds.toFixed(1)} s   ${count(Math.round(report.acceptedPerSecond * 10) / 10)} readings/s accepted`,
    '',
    row('accepted', events.accepted),
    ...when(events.acceptedDuplicates, 'accepted, sent twice'),
    ...when(events.refusedAsExpected, 'refused, as they must be'),
    ...when(events.refused, 'REFUSED'),
    ...when(events.acceptedButBad, 'ACCEPTED BUT BROKEN'),
    ...when(events.failed, 'FAILED (may be stored)'),
    ...when(events.notSent, 'NOT SENT in time'),
    row(
      'requests',
      requests.sent,
      `${requests.retries > 0 ? `${count(requests.retries)} retries, ` : ''}${statusText(requests.attemptsByStatus)}`,
    ),
    '',
  ];
  for (const [reason, times] of Object.entries(report.reasons))
    lines.push(`  ${count(times)} × ${printable(reason, 300)}`);
  if (Object.keys(report.reasons).length > 0) lines.push('');
  lines.push(
    `latency, from when a request was ${latency.countsFrom === 'due' ? 'due' : 'sent'} to its answer:`,
  );
  const max = latency.percentiles['max'] ?? 0;
  for (const [name, ms] of Object.entries(latency.percentiles))
    lines.push(
      `  ${name.padEnd(7)}${millis(ms).padStart(10)}  ${'▇'.repeat(max > 0 ? Math.max(1, Math.round((BAR * ms) / max)) : 0)}`,
    );
  const share = Math.round(generator.cpuShare * 100);
  const busy = share > 90 ? ': it was a limit itself; send fewer events, or batches' : '';
  lines.push(
    '',
    `the generator itself: ${share} % of a core, ${Math.round(generator.rssMegabytes)} MB, its own turns late by ${millis(generator.latenessP99)} (p99)${busy}`,
  );
  for (const { name, limit, actual, ok } of report.thresholds)
    if (!ok) lines.push(`FAIL: ${name} is ${Number(actual.toPrecision(4))}, above ${limit}`);
  if (events.total === 0) lines.push('FAIL: nothing was sent');
  return lines.join('\n');
}

const row = (name: string, value: number, note = ''): string =>
  `${name.padEnd(26)}${count(value).padStart(12)}${note ? `   ${note}` : ''}`;
const when = (value: number, name: string): string[] => (value > 0 ? [row(name, value)] : []);
const statusText = (statuses: Record<string, number>): string =>
  Object.entries(statuses)
    .map(([status, times]) => `${status}: ${count(times)}`)
    .join(', ');
