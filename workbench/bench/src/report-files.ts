import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { barChart } from './core/bar-chart.js';
import { chartBars, figuresText, pageWith } from './core/page.js';
import type { BenchResult, Machine, Report } from './core/results.js';
import { UsageError } from './options.js';

/** @throws UsageError when it is no JSON file of this benchmark */
export function readReport(file: string): Report {
  const fail = (why: string): never => {
    throw new UsageError(`error: ${file} cannot be used as figures of a benchmark: ${why}`, 2);
  };
  let report: Partial<Report> | null = null;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report> | null;
  } catch (error) {
    fail((error as Error).message);
  }
  if (report?.format !== 1 || !Array.isArray(report.benches))
    fail('it was not written by npm run bench -- --json');
  return report as Report;
}

/**
 * Writes the results; those of other benchmarks that the file holds stay. @returns what it holds
 * now
 */
export function writeJson(
  file: string,
  machine: Machine,
  results: readonly BenchResult[],
  order: readonly string[],
): Report {
  const kept = existsSync(file)
    ? readReport(file).benches.filter(({ name }) => !results.some((result) => result.name === name))
    : [];
  const benches = [...kept, ...results].sort(
    (a, b) => order.indexOf(a.name) - order.indexOf(b.name),
  );
  const report: Report = { format: 1, machine, benches };
  writeFileSync(file, JSON.stringify(report, null, 2) + '\n');
  return report;
}

/**
 * Writes the generated part of the page, and its JSON and chart beside it: performance.md,
 * performance.json, performance.svg.
 */
export async function writePage(
  page: string,
  machine: Machine,
  results: readonly BenchResult[],
  about: ReadonlyMap<string, string>,
): Promise<void> {
  const stem = page.replace(/\.md$/, '');
  const report = writeJson(`${stem}.json`, machine, results, [...about.keys()]);
  writeFileSync(
    `${stem}.svg`,
    barChart(
      'CPU per event, beside the least that has to be done',
      'µs of CPU per event, warm',
      chartBars(report),
    ),
  );
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '# Performance\n';
  writeFileSync(
    page,
    pageWith(before, figuresText(report, Object.fromEntries(about), `${basename(stem)}.svg`)),
  );
  // They are part of the repository, whose lint looks at them too.
  for (const file of [page, `${stem}.json`])
    writeFileSync(
      file,
      await format(readFileSync(file, 'utf8'), { ...(await resolveConfig(file)), filepath: file }),
    );
}
