import { median, METRICS, type BenchResult, type Figure } from './results.js';

/** "7.42", or "7.42 (7.30–7.61)" with the least and the most of several runs. */
export function figureText({ metric, runs }: Figure): string {
  const digits = METRICS[metric]?.digits ?? 2;
  const text = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const middle = text(median(runs));
  return runs.length === 1
    ? middle
    : `${middle} (${text(Math.min(...runs))}–${text(Math.max(...runs))})`;
}

/** What the target says of the median: "≤ 6.5 met" or "≥ 10000 missed"; empty without a target. */
export function targetText({ metric, runs, atMost, atLeast }: Figure): string {
  const title = METRICS[metric]?.title ?? metric;
  if (atMost !== undefined)
    return `${title} ≤ ${atMost} ${median(runs) > atMost ? 'missed' : 'met'}`;
  if (atLeast !== undefined)
    return `${title} ≥ ${atLeast} ${median(runs) < atLeast ? 'missed' : 'met'}`;
  return '';
}

/**
 * The cells of a benchmark: a row for each case, a column for each metric, and the targets last.
 */
export function cells({ cases }: BenchResult): {
  readonly header: string[];
  readonly rows: string[][];
} {
  const metrics = Object.keys(METRICS).filter((metric) =>
    cases.some(({ figures }) => figures.some((figure) => figure.metric === metric)),
  );
  const targets = cases.map(({ figures }) => figures.map(targetText).filter(Boolean).join('; '));
  const anyTarget = targets.some(Boolean);
  return {
    header: [
      '',
      ...metrics.map((metric) => METRICS[metric]!.title),
      ...(anyTarget ? ['target'] : []),
    ],
    rows: cases.map(({ name, figures }, i) => [
      name,
      ...metrics.map((metric) => {
        const figure = figures.find((one) => one.metric === metric);
        return figure && figure.runs.length > 0 ? figureText(figure) : '';
      }),
      ...(anyTarget ? [targets[i]!] : []),
    ]),
  };
}

/** Lines of columns as wide as their widest cell. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, i) =>
    Math.max(cell.length, ...rows.map((row) => row[i]!.length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line).join('\n');
}
