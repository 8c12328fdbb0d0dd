import { median, METRICS, type Figure, type Report } from './results.js';

export interface Change {
  readonly bench: string;
  readonly case: string;
  readonly metric: string;
  readonly before: Figure;
  readonly after: Figure;
  /** Relative change of the median: 0.1 is 10 % more. */
  readonly change: number;
  readonly verdict: 'better' | 'worse' | 'same' | 'other';
}

/** With fewer runs their spread says nothing. */
const RUNS_FOR_SPREAD = 3;
const LEAST_CHANGE = 0.03;
const LEAST_CHANGE_WITHOUT_SPREAD = 0.15;

/**
 * How the figures that both reports hold have changed. A change counts when it is more than the
 * noise, see {@link verdict}.
 */
export function compareReports(before: Report, after: Report): Change[] {
  const changes: Change[] = [];
  for (const bench of after.benches) {
    const old = before.benches.find(({ name }) => name === bench.name);
    for (const { name, figures } of bench.cases)
      for (const figure of figures) {
        const oldFigure = old?.cases
          .find((one) => one.name === name)
          ?.figures.find(({ metric }) => metric === figure.metric);
        if (!oldFigure || oldFigure.runs.length === 0 || figure.runs.length === 0) continue;
        const change = median(figure.runs) / median(oldFigure.runs) - 1;
        changes.push({
          bench: bench.name,
          case: name,
          metric: figure.metric,
          before: oldFigure,
          after: figure,
          change,
          verdict: verdict(oldFigure, figure, change),
        });
      }
  }
  return changes;
}

/**
 * The same, while the runs of the two overlap or the medians are within 3 %; of fewer than three
 * runs nothing is known of the noise, and the medians must differ by 15 %. `other`: changed, and
 * neither better nor worse.
 */
function verdict(before: Figure, after: Figure, change: number): Change['verdict'] {
  const spreadIsKnown = Math.min(before.runs.length, after.runs.length) >= RUNS_FOR_SPREAD;
  const overlap =
    Math.min(...before.runs) <= Math.max(...after.runs) &&
    Math.min(...after.runs) <= Math.max(...before.runs);
  const least = spreadIsKnown ? LEAST_CHANGE : LEAST_CHANGE_WITHOUT_SPREAD;
  if (!(Math.abs(change) >= least) || (spreadIsKnown && overlap)) return 'same';
  const better = METRICS[after.metric]?.better ?? 'neither';
  if (better === 'neither') return 'other';
  return change < 0 === (better === 'lower') ? 'better' : 'worse';
}

/**
 * Settings of benchmarks that both reports hold and that differ, as sentences: their figures are
 * not comparable.
 */
export function differentSettings(before: Report, after: Report): string[] {
  return after.benches.flatMap(({ name, settings }) => {
    const old = before.benches.find((bench) => bench.name === name)?.settings;
    if (!old) return [`${name} is not in the older file`];
    return Object.entries(settings)
      .filter(([key, value]) => key !== 'runs' && old[key] !== value)
      .map(
        ([key, value]) =>
          `${name}: ${key} was ${old[key] ?? 'not set'} and is ${value}: its figures do not compare`,
      );
  });
}
