import type { Statistics } from '../core/statistics.js';

const LINE_EVERY = 5_000;
const REDRAW_EVERY = 500;

export const count = (value: number): string => value.toLocaleString('en-US');
export const millis = (ms: number | undefined): string =>
  ms === undefined
    ? '–'
    : ms >= 1000
      ? `${(ms / 1000).toFixed(2)} s`
      : ms >= 100
        ? `${ms.toFixed(0)} ms`
        : `${ms.toFixed(1)} ms`;

/** What a run looks like from outside while it runs. */
export interface Running {
  readonly elapsed: number;
  readonly waiting: number;
}

/**
 * The line that shows a run: what was accepted, at what rate since `before`, the p99 since then,
 * errors by status, what waits.
 */
export function progressLine(
  running: Running,
  statistics: Statistics,
  before: { elapsed: number; accepted: number },
): string {
  const { accepted, acceptedDuplicates } = statistics.events;
  const done = accepted + acceptedDuplicates;
  const rate =
    (done - before.accepted) / Math.max(0.001, (running.elapsed - before.elapsed) / 1000);
  const parts = [
    `${(running.elapsed / 1000).toFixed(0)} s`,
    `${count(done)} accepted`,
    `${count(Math.round(rate))}/s`,
    `p99 ${millis(statistics.lap())}`,
  ];
  for (const [status, times] of statistics.statuses)
    if (status !== '202' && !(status === '400' && statistics.errors === 0))
      parts.push(`${status}: ${count(times)}`);
  if (statistics.errors > 0) parts.push(`${count(statistics.errors)} not accepted`);
  if (running.waiting > 0) parts.push(`${count(running.waiting)} waiting`);
  return parts.join('  ');
}

/**
 * Shows a run while it runs: on a terminal one line that is drawn again, elsewhere a line every 5
 * s.
 * @returns a function that ends the show
 */
export function showProgress(
  running: Running,
  statistics: Statistics,
  out: NodeJS.WriteStream,
): () => void {
  let before = { elapsed: 0, accepted: 0 };
  const show = (): void => {
    const line = progressLine(running, statistics, before);
    out.write(out.isTTY ? `\r\x1b[2K${line.slice(0, Math.max(20, out.columns - 1))}` : `${line}\n`);
    const { accepted, acceptedDuplicates } = statistics.events;
    before = { elapsed: running.elapsed, accepted: accepted + acceptedDuplicates };
  };
  const timer = setInterval(show, out.isTTY ? REDRAW_EVERY : LINE_EVERY);
  return () => {
    clearInterval(timer);
    if (out.isTTY) out.write('\r\x1b[2K');
  };
}
