import { readFileSync, writeFileSync } from 'node:fs';
import { aggregator } from './backlog/aggregator.js';
import type { BenchResult, Report } from './core/results.js';
import { cells, textTable } from './core/text-table.js';
import { parseOptions, UsageError, type Options } from './options.js';
import type { Bench } from './run/bench.js';
import { startLab } from './run/lab.js';
import { thisMachine } from './run/machine.js';

/** All benchmarks, in the order in which `all` runs them. */
const BENCHES: readonly Bench[] = [aggregator];
const INTERRUPTED = 130;

/**
 * Runs benchmarks with the arguments of the command line.
 * @returns the exit code: 0 measured, 1 a benchmark failed, 2 the options cannot be used
 */
export async function runBench(argv: readonly string[]): Promise<number> {
  try {
    await run(parseOptions(argv, BENCHES, (file) => readReport(file).benches.map(({ name }) => name)));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      if (error.code !== 0) console.error(`${error.message}\nSee --help.`);
      return error.code;
    }
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

async function run(options: Options): Promise<void> {
  const done: BenchResult[] = [];
  const finish = (): void => {
    if (done.length === 0) return;
    const report: Report = { format: 1, machine: thisMachine(), benches: done };
    if (options.json) writeFileSync(options.json, JSON.stringify(report, null, 2) + '\n');
  };
  process.once('SIGINT', () => {
    finish();
    process.exit(INTERRUPTED);
  });
  for (const bench of options.benches) {
    const { name } = bench;
    const began = performance.now();
    const say = (line: string): void => console.error(`[${name} ${((performance.now() - began) / 1000).toFixed(0)} s] ${line}`);
    const lab = await startLab(options.cpuProf ? { cpuProfiles: options.cpuProf } : {});
    try {
      const result: BenchResult = { name, at: new Date().toISOString(), ...(await bench.run({ settings: options, lab, say })) };
      done.push(result);
      const { header, rows } = cells(result);
      console.log(`\n${name}: ${bench.about}\n\n${textTable(header, rows)}`);
    } finally {
      await lab.stop();
    }
  }
  finish();
}

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    throw new UsageError(`error: ${file} cannot be read as figures of a benchmark: ${(error as Error).message}`, 2);
  }
}
