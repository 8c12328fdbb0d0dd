import { metricsIn, type Registry } from '@iot/metrics';
import { DROP_REASONS } from './core/intake.js';
import type { LogTee } from './tee.js';

/**
 * What a process says of its lines. @param tee undefined: it sends none, and all stays 0
 */
export function teeMetrics(
  registry: Registry,
  tee: Pick<LogTee, 'sent' | 'dropped' | 'waitingBytes'> | undefined,
): void {
  const { counter, gauge } = metricsIn(registry);
  const sent = counter('log_lines_sent_total', 'Lines that the topic of logs has acknowledged');
  const dropped = counter(
    'log_lines_dropped_total',
    'Lines that are on standard output alone: more came than may (rate), or they waited too long for Kafka (full)',
    ['reason'],
    { reason: DROP_REASONS },
  );
  const waiting = gauge('log_lines_waiting_bytes', 'Memory of the lines that wait for Kafka');
  if (!tee) return;
  let [sentBefore, droppedBefore] = [0, { rate: 0, full: 0 }];
  Object.assign(sent, {
    collect: () => {
      sent.inc(tee.sent - sentBefore);
      sentBefore = tee.sent;
    },
  });
  Object.assign(dropped, {
    collect: () => {
      for (const reason of DROP_REASONS)
        dropped.inc({ reason }, tee.dropped[reason] - droppedBefore[reason]);
      droppedBefore = { ...tee.dropped };
    },
  });
  Object.assign(waiting, { collect: () => waiting.set(tee.waitingBytes) });
}
