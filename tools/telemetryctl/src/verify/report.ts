import { printable } from '@iot/printable';
import { table } from '../output/table.js';
import { KINDS, type Kind } from './discrepancies.js';
import { ruleText } from './other-rules.js';
import { pendingText, unattended } from './pending.js';
import type { Repaired } from './repair.js';
import type { Verdict } from './verify.js';

/**
 * Whether all is well: nothing disagrees, nothing waits for a group that nobody works in, and what
 * was waited for came.
 */
export const isSettled = (
  { discrepancies, pending }: Verdict,
  waitedOut: number | undefined,
): boolean => discrepancies.total === 0 && unattended(pending).length === 0 && !waitedOut;

/**
 * What verify prints with `--json`. Counts are numbers, places and ids text; `ok` is what the exit
 * code says.
 */
export function verdictJson(
  verdict: Verdict,
  extra: {
    readonly seconds: number;
    readonly repaired?: Repaired | undefined;
    readonly waitedOut?: number | undefined;
  },
) {
  const {
    ledger,
    scan,
    rowsUnsettled,
    alerts,
    discrepancies,
    copies,
    truncated,
    unorderedDevices,
  } = verdict;
  return {
    ok: isSettled(verdict, extra.waitedOut),
    ledger,
    refused_at_intake: verdict.refusedAtIntake,
    pending: verdict.pending,
    raw: {
      events: scan.rawEvents,
      beyond_log: scan.beyondLog,
      from_retry_topics: scan.fromRetryTopics,
    },
    devices: { read: scan.devices, unsettled: verdict.devicesUnsettled },
    rows: { read: scan.rows, beyond_retention: scan.rowsBeyondRetention, unsettled: rowsUnsettled },
    alerts: { ...alerts, unordered_devices: unorderedDevices },
    log_starts_at: Object.fromEntries(truncated.map(({ partition, low }) => [partition, low])),
    decoded_as_workers_do: verdict.notByTheLibrary,
    taken_under_other_rules: Object.fromEntries(verdict.otherRules),
    differing_copies: { records: copies.count, shown: copies.shown },
    discrepancy_counts: Object.fromEntries(discrepancies.counts),
    discrepancies: discrepancies.shown,
    ...(extra.repaired && { repaired: extra.repaired }),
    ...(extra.waitedOut !== undefined && { still_to_be_handled: extra.waitedOut }),
    seconds: Number(extra.seconds.toFixed(1)),
    rss_mb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

const sumOf = (counts: object): number =>
  Object.values(counts).reduce((sum: number, count: number) => sum + count, 0);
const n = (value: number): string => value.toLocaleString('en');

/** The ledger and the discrepancies for people. */
export function verdictText(verdict: Verdict, group: string, topic: string): string {
  const { ledger, scan, alerts, discrepancies } = verdict;
  const lines = [
    `Records of ${topic}, for ${group}`,
    table(
      [
        ['records', n(ledger.records)],
        ['  stored', n(ledger.stored)],
        ['  duplicate', n(ledger.duplicate)],
        ['  in retry', n(ledger.inRetry)],
        ['  dead-lettered', n(ledger.deadLettered)],
        ['  pending', n(ledger.pending)],
        ['  expired', n(ledger.expired)],
        ['  missing', n(ledger.missing)],
        ...(verdict.refusedAtIntake > 0
          ? [['refused at the MQTT gateway', n(verdict.refusedAtIntake)]]
          : []),
        ['raw events', n(scan.rawEvents)],
        ['rollup rows', n(scan.rows)],
        ['devices', n(scan.devices)],
        ['alerts', n(sumOf(alerts))],
      ],
      { right: [1] },
    ),
    ...notes(verdict),
    '',
  ];
  for (const { subject, detail } of verdict.copies.shown)
    lines.push(`differing copy  ${printable(subject)}  ${printable(detail)}`);
  for (const { kind, subject, detail } of discrepancies.shown)
    lines.push(`${kind}  ${printable(subject)}  ${printable(detail)}`);
  const more = discrepancies.total - discrepancies.shown.length;
  if (more > 0) lines.push(`… and ${n(more)} more (--max-discrepancies shows more of them)`);
  if (discrepancies.total === 0) lines.push(endOf(verdict));
  else {
    const kinds = [...discrepancies.counts].map(
      ([kind, count]) => `${n(count)} ${kind} (${KINDS[kind as Kind]})`,
    );
    lines.push(`${n(discrepancies.total)} discrepancies: ${kinds.join(', ')}.`);
  }
  return lines.join('\n');
}

function endOf({ pending }: Verdict): string {
  if (pending.length === 0) return 'OK: everything is accounted for.';
  const left = unattended(pending);
  if (left.length === 0)
    return 'OK: everything that was handled is accounted for. --wait waits for what is pending.';
  const groups = [...new Set(left.map(({ group }) => group))].join(' and ');
  return `What was handled is accounted for, but nobody handles what is pending for ${groups}: start that service, or name the group that it has.`;
}

function notes({
  pending,
  scan,
  truncated,
  rowsUnsettled,
  devicesUnsettled,
  alerts,
  copies,
  notByTheLibrary,
  otherRules,
  unorderedDevices,
}: Verdict): string[] {
  const lines = pending.map(pendingText);
  if (notByTheLibrary > 0)
    lines.push(
      `${n(notByTheLibrary)} records came in fetches that kafkajs cannot decode; they are read as the workers read them.`,
    );
  for (const [rule, count] of otherRules)
    lines.push(
      `${n(count)} readings were taken under other rules: by ${ruleText(rule)} they would be none now.`,
    );
  if (copies.count > 0)
    lines.push(
      `${n(copies.count)} duplicates say something else than the event whose id they have: the first one counts. Their devices use ids again.`,
    );
  if (truncated.length > 0)
    lines.push(
      `Retention has removed the start of ${truncated.length} partitions; the ledger starts there: ${truncated.map(({ partition, low }) => `${partition} at ${low}`).join(', ')}.`,
    );
  if (scan.beyondLog > 0)
    lines.push(
      `${n(scan.beyondLog)} raw events stem from records outside that part of the log, and are taken at their word.`,
    );
  if (scan.fromRetryTopics > 0)
    lines.push(
      `${n(scan.fromRetryTopics)} raw events stem from records that another system put on a retry topic.`,
    );
  if (scan.rowsBeyondRetention > 0)
    lines.push(
      `${n(scan.rowsBeyondRetention)} rows are not compared: they are older than their raw events are kept or about to be removed, or their size was not in WINDOWS all the time.`,
    );
  if (rowsUnsettled > 0)
    lines.push(
      `${n(rowsUnsettled)} rows were being written all the time, and are not judged; run again when their windows are over.`,
    );
  if (devicesUnsettled > 0)
    lines.push(
      `${n(devicesUnsettled)} devices were being written all the time, and are not judged.`,
    );
  if (alerts.unsettled > 0)
    lines.push(
      `${n(alerts.unsettled)} alerts depend on records that are not handled yet, and are not judged; run again with --wait.`,
    );
  if (alerts.beyondLog > 0)
    lines.push(
      `${n(alerts.beyondLog)} alerts may have begun before the log does, and are not judged.`,
    );
  if (alerts.otherSensors > 0)
    lines.push(
      `${n(alerts.otherSensors)} alerts are of sensors that this SENSORS_FILE does not have, and are not judged.`,
    );
  if (alerts.unordered > 0)
    lines.push(
      `${n(alerts.unordered)} alerts are not judged: their devices (${n(unorderedDevices)}) have readings on several partitions, or redriven ones, so in no one order.`,
    );
  return lines;
}
