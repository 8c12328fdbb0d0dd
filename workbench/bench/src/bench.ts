import { aggregator } from './backlog/aggregator.js';
import { alerts } from './backlog/alerts.js';
import { askedLoad } from './asked/asked-load.js';
import { people } from './asked/people.js';
import { yearOfRows } from './asked/year-of-rows.js';
import { growth } from './backlog/growth.js';
import { logic } from './backlog/logic.js';
import { compareReports, differentSettings } from './core/compare.js';
import type { BenchResult, Report } from './core/results.js';
import { cells, figureText, textTable } from './core/text-table.js';
import { METRICS } from './core/results.js';
import { idle } from './footprint/idle.js';
import { memory } from './footprint/memory.js';
import { startup } from './footprint/startup.js';
import { ingestion } from './ingestion/cost.js';
import { overload } from './ingestion/overload.js';
import { keyCheck } from './keys/check.js';
import { keyTable } from './keys/table.js';
import { tokenCheck } from './keys/token.js';
import { logSearch } from './logs/search.js';
import { logTee } from './logs/tee.js';
import { mqttGateway } from './mqtt/cost.js';
import { parseOptions, UsageError, type Options } from './options.js';
import { backTest } from './platform/back-test.js';
import { both } from './platform/both.js';
import { dashboard } from './platform/dashboard.js';
import { rates } from './platform/rates.js';
import { traces } from './platform/traces.js';
import { visible } from './platform/visible.js';
import { readReport, writeJson, writePage } from './report-files.js';
import type { Bench } from './run/bench.js';
import { startLab } from './run/lab.js';
import { thisMachine } from './run/machine.js';

/** All benchmarks, in the order in which `all` runs them. */
const BENCHES: readonly Bench[] = [
  ingestion,
  keyCheck,
  keyTable,
  tokenCheck,
  overload,
  mqttGateway,
  aggregator,
  growth,
  alerts,
  backTest,
  logic,
  both,
  rates,
  visible,
  dashboard,
  logSearch,
  logTee,
  traces,
  idle,
  memory,
  startup,
  askedLoad,
  people,
  yearOfRows,
];
const ABOUT = new Map(BENCHES.map(({ name, about }) => [name, about]));
const INTERRUPTED = 130;

/**
 * Runs benchmarks with the arguments of the command line.
 * @returns the exit code: 0 measured, 1 a benchmark failed, 2 the options cannot be used
 */
export async function runBench(argv: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(argv, BENCHES, (file) =>
      readReport(file).benches.map(({ name }) => name),
    );
    const old = options.compare === undefined ? undefined : readReport(options.compare);
    if (old && options.against !== undefined) {
      printChanges(old, readReport(options.against));
      return 0;
    }
    return await measure(options, old);
  } catch (error) {
    if (error instanceof UsageError) {
      if (error.code !== 0) console.error(`${error.message}\nSee --help.`);
      return error.code;
    }
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

/**
 * Runs the benchmarks one after the other. One that fails is reported, and the others run; an
 * interruption keeps what was measured.
 */
async function measure(options: Options, old: Report | undefined): Promise<number> {
  const results: BenchResult[] = [];
  const failed: string[] = [];
  const finish = async (): Promise<void> => {
    if (results.length === 0) return;
    const machine = thisMachine();
    if (options.json !== undefined) writeJson(options.json, machine, results, [...ABOUT.keys()]);
    if (options.report !== undefined) await writePage(options.report, machine, results, ABOUT);
    if (old) printChanges(old, { format: 1, machine, benches: results });
  };
  const interrupt = (): void => {
    console.error('interrupted; what was measured so far counts');
    void finish().finally(() => process.exit(INTERRUPTED));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  for (const bench of options.benches)
    try {
      const result = await measureOne(bench, options);
      results.push(result);
      const { header, rows } = cells(result);
      console.log(`\n${bench.name}: ${bench.about}\n\n${textTable(header, rows)}\n`);
    } catch (error) {
      failed.push(bench.name);
      console.error(`error: ${bench.name}: ${(error as Error).message}`);
    }
  await finish();
  if (failed.length > 0) console.error(`not measured: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

async function measureOne(bench: Bench, options: Options): Promise<BenchResult> {
  const began = performance.now();
  const say = (line: string): void =>
    console.error(`[${bench.name} ${((performance.now() - began) / 1000).toFixed(0)} s] ${line}`);
  const lab = await startLab(options.cpuProf === undefined ? {} : { cpuProfiles: options.cpuProf });
  try {
    const result = await bench.run({ settings: options, lab, say });
    return { name: bench.name, at: new Date().toISOString(), ...result };
  } finally {
    await lab.stop();
  }
}

function printChanges(before: Report, after: Report): void {
  for (const line of differentSettings(before, after)) console.log(`note: ${line}`);
  const changes = compareReports(before, after);
  const told = changes.filter(({ verdict }) => verdict !== 'same');
  const rows = told.map(
    ({ bench, case: name, metric, before: was, after: is, change, verdict }) => [
      `${bench}, ${name}`,
      METRICS[metric]?.title ?? metric,
      figureText(was),
      figureText(is),
      `${change > 0 ? '+' : ''}${(change * 100).toFixed(1)} %`,
      verdict === 'other' ? 'changed' : verdict,
    ],
  );
  if (rows.length > 0)
    console.log(`\n${textTable(['', 'figure', 'before', 'after', 'change', ''], rows)}`);
  console.log(
    `\n${changes.length - told.length} of ${changes.length} figures are the same, as far as the noise lets one see.`,
  );
}
