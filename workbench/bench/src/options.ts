import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { chosen, type Bench, type BenchSettings } from './run/bench.js';

export interface Options extends BenchSettings {
  /** Benchmarks to run, in order; none when two files are compared. */
  readonly benches: readonly Bench[];
  readonly cpuProf?: string;
  readonly json?: string;
  readonly report?: string;
  readonly compare?: string;
  readonly against?: string;
}

/**
 * The command line cannot be used: why, or the help that was asked for (`code` 0, already printed).
 */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };

/**
 * A file that will be written: its folder has to exist, as it would be a pity to see that at the
 * end.
 */
const file =
  (ending: string) =>
  (text: string): string => {
    if (!text.endsWith(ending)) throw new InvalidArgumentError(`It must end in ${ending}.`);
    if (!existsSync(dirname(text)))
      throw new InvalidArgumentError(`There is no folder ${dirname(text)}.`);
    return text;
  };

const EXAMPLES = `
Examples:
  npm run bench                                       all of it: about 25 minutes with --runs 3
  npm run bench -- aggregator
  npm run bench -- aggregator --events 200000 --runs 1 --case 1m --no-floor --cpu-prof /tmp/profiles
  npm run bench -- --quick                            small sizes, to see that everything works
  npm run bench -- all --runs 3 --report docs/performance.md
  npm run bench -- --compare old.json                 measures again what old.json holds, and shows what changed
  npm run bench -- --compare old.json --against new.json
`;

function command(known: readonly Bench[]): Command {
  const width = Math.max(...known.map(({ name }) => name.length)) + 2;
  const list = known.map(({ name, about, cases }) => {
    const named = cases.length > 0 ? `\n  ${' '.repeat(width)}cases: ${cases.join(', ')}` : '';
    return `  ${name.padEnd(width)}${about}${named}`;
  });
  return new Command('npm run bench --')
    .description(
      'Benchmarks of the services, each beside its floor. Everything they need is started on free ports.',
    )
    .argument('[names...]', 'benchmarks to run (default: all)')
    .option('--runs <n>', 'runs of each figure', whole(1, 100), 5)
    .option(
      '--events <n>',
      'size of backlogs (default: each benchmark’s own)',
      whole(1000, 100_000_000),
    )
    .option('--rate <n>', 'readings a second of benchmarks under load', whole(10, 1_000_000))
    .option('--case <name>', 'only this case of a benchmark')
    .option('--no-floor', 'leave out the floor')
    .option('--quick', 'small sizes and one run, to see that everything works', false)
    .option('--cpu-prof <dir>', 'write a CPU profile of each measured process there')
    .option(
      '--json <file>',
      'write the figures there; those of other benchmarks that it holds stay',
      file('.json'),
    )
    .option(
      '--report <file>',
      'write the figures into this Markdown page, its chart and its JSON beside it',
      file('.md'),
    )
    .option('--compare <file>', 'show what changed since this JSON')
    .option('--against <file>', 'with --compare: measure nothing, take the figures of this JSON')
    .addHelpText('after', `\nBenchmarks:\n${list.join('\n')}\n${EXAMPLES}`)
    .exitOverride();
}

/**
 * Reads the command line.
 * @param compared names of the benchmarks that a JSON file holds, for --compare without a name
 * @throws UsageError with a line that names the option and what it may be
 */
export function parseOptions(
  argv: readonly string[],
  known: readonly Bench[],
  compared: (file: string) => readonly string[],
): Options {
  let said = '';
  const program = command(known).configureOutput({ writeErr: (text) => (said += text) });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) throw new UsageError('', 0);
    throw new UsageError(said.trim() || (error as Error).message, 2);
  }
  const given = program.opts<Omit<Options, 'benches'>>();
  const fail = (message: string): never => {
    throw new UsageError(`error: ${message}`, 2);
  };
  if (given.against !== undefined && given.compare === undefined)
    fail('--against FILE is for --compare FILE: give the older file too');
  if (given.against !== undefined && program.args.length > 0)
    fail('--against compares two files and runs nothing: leave out the names of benchmarks');
  const names = program.args.length === 0 && given.compare ? compared(given.compare) : program.args;
  const all = names.length === 0 || names.includes('all');
  const unknown = names.find(
    (name) => name !== 'all' && !known.some((bench) => bench.name === name),
  );
  if (unknown !== undefined)
    fail(
      `there is no benchmark "${unknown}"; there are ${known.map(({ name }) => name).join(', ')}, all`,
    );
  const benches = given.against
    ? []
    : all
      ? known.filter(({ apart, name }) => !apart || names.includes(name))
      : known.filter(({ name }) => names.includes(name));
  if (given.case !== undefined) {
    if (benches.length !== 1) fail('--case chooses a case of one benchmark: name that benchmark');
    const { name, cases } = benches[0]!;
    if (chosen(cases, given).length === 0)
      fail(
        `${name} has no case "${given.case}"; ${cases.length ? `it has ${cases.join(', ')}` : 'it has only one'}`,
      );
  }
  if (given.cpuProf !== undefined) writableFolder(given.cpuProf, fail);
  const quickRuns = given.quick && program.getOptionValueSource('runs') !== 'cli';
  return { ...given, benches, ...(quickRuns && { runs: 1 }) };
}

function writableFolder(folder: string, fail: (message: string) => never): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    fail(`--cpu-prof ${folder} is no folder that can be written to: ${(error as Error).message}`);
  }
}
