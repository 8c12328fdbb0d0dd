import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { isScope, SCOPE_RULE } from '@iot/credentials';
import { faultsBeforeUse, keyOf, LogicStore, type Fault, type Tried } from '@iot/logic';
import { DEFAULT_LIMITS, Sandbox } from '@iot/sandbox';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { table } from '../output/table.js';
import { time, whole } from '../values.js';
import { activeOf, heldMachines, tryLogic } from './programs.js';

const HELP = `
A machine is a device id; a pattern is the beginning of device ids and a *, or * for all. The most specific pattern that holds a machine gives
its program: JavaScript with a function process(data, state, context). A change takes effect within five seconds.

With --folder each file is the program of the pattern that it is named after: plant-7.press-1.js, or 'plant-7.*.js' (%2A for the * where a file
name cannot have it). What is active already is left alone.

Examples:
  $ npm run ctl -- logic set 'plant-7.*' --file press.js --note 'counts strokes'
  $ npm run ctl -- logic try plant-7.press-1 --file press.js --from 1h
  $ npm run ctl -- logic set --folder programs
  $ npm run ctl -- logic list --held
  $ npm run ctl -- logic activate 'plant-7.*' 3`;

function pattern(input: string): string {
  if (!isScope(input)) throw new InvalidArgumentError(SCOPE_RULE);
  return input;
}

const BY = 'telemetryctl';

interface SetOptions {
  readonly file?: string;
  readonly folder?: string;
  readonly note?: string;
  readonly newState?: boolean;
}

interface TryOptions {
  readonly file?: string;
  readonly readings?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

/** `logic`: programs of machines. */
export function addLogic(program: Command, context: Context): void {
  const logic = program
    .command('logic')
    .description('programs of machines: get, set, try, list, activate, delete')
    .addHelpText('after', HELP);
  logic
    .command('list')
    .description('patterns with their active version; with --held machines whose program is held')
    .option('--held', 'machines whose program failed too often, with the last error')
    .action(({ held }: { held?: boolean }) =>
      context.run({ mongo: true }, async ({ mongo }) => {
        const rows = held ? await heldMachines(mongo) : await new LogicStore(mongo).heads();
        context.print(rows, () => listText(rows as unknown as Record<string, unknown>[], held));
        return EXIT.ok;
      }),
    );
  logic
    .command('get')
    .description('the program of a machine or a pattern')
    .argument('<machine|pattern>', '', pattern)
    .option('--version <n>', 'this version of a pattern’s program', whole(1))
    .action((id: string, options: { version?: number }) =>
      context.run({ mongo: true }, async ({ mongo }) => {
        const found = await activeOf(mongo, id, options.version);
        context.say(`Version ${found.version} of ${found.pattern}, by ${found.created_by}.`);
        context.print(found, () => found.logic.trimEnd());
        return EXIT.ok;
      }),
    );
  logic
    .command('set')
    .description('makes a new version the active one')
    .argument('[machine|pattern]', '', pattern)
    .option('--file <path>', 'the program')
    .option('--folder <path>', 'a program for each file in it')
    .option('--note <text>', 'what changed, for people')
    .option('--new-state', 'machines begin with an empty state')
    .action((id: string | undefined, options: SetOptions) =>
      context.run({ mongo: true }, async ({ mongo }) => {
        const store = new LogicStore(mongo);
        for (const { of, text } of await textsOf(id, options)) {
          const head = await store.head(of);
          const active = head?.version ? await store.version(of, head.version) : null;
          if (options.folder !== undefined && active?.sha256 === keyOf(text)) continue;
          const { version } = await store.add({
            pattern: of,
            logic: text,
            by: BY,
            note: options.note,
            fresh: options.newState === true,
          });
          context.print({ pattern: of, version }, () => `${of}: version ${version} is active.`);
        }
        return EXIT.ok;
      }),
    );
  logic
    .command('activate')
    .description('has another version of a pattern’s program run')
    .argument('<pattern>', '', pattern)
    .argument('<version>', '', whole(1))
    .option('--new-state', 'machines begin with an empty state')
    .action((of: string, version: number, options: { newState?: boolean }) =>
      context.run({ mongo: true }, async ({ mongo }) => {
        await activeOf(mongo, of, version);
        await new LogicStore(mongo).activate(of, version, BY, options.newState === true);
        context.print({ pattern: of, version }, () => `${of}: version ${version} is active.`);
        return EXIT.ok;
      }),
    );
  logic
    .command('delete')
    .description('takes the program of a pattern away; its versions and the states stay')
    .argument('<pattern>', '', pattern)
    .action((of: string) =>
      context.run({ mongo: true }, async ({ mongo }) => {
        const store = new LogicStore(mongo);
        const head = await store.head(of);
        if (!head || head.version === null) throw new CommandError(`${of} has no logic of its own`);
        await store.activate(of, null, BY);
        context.print({ pattern: of, version: null }, () => `${of} has no logic any more.`);
        return EXIT.ok;
      }),
    );
  logic
    .command('try')
    .description('runs a program on readings with a copy of the state; nothing is kept')
    .argument('<machine>', '', pattern)
    .option('--file <path>', 'the draft; without it the active program')
    .option('--readings <path>', 'JSON file with an array of readings; without it stored ones')
    .option('--from <time>', 'stored readings from this time on, such as 1h (ago)', time)
    .option('--to <time>', 'stored readings before this time', time)
    .option('--limit <n>', 'so many stored readings at most', whole(1, 1000), 100)
    .action((machine: string, options: TryOptions) =>
      context.run({ mongo: true }, async ({ mongo, config }) => {
        const draft = options.file === undefined ? undefined : (await sound([options.file]))[0]!;
        const given =
          options.readings === undefined
            ? undefined
            : (JSON.parse(readFileSync(options.readings, 'utf8')) as Record<string, unknown>[]);
        const tried = await tryLogic(mongo, config, machine, { ...options, draft, given });
        context.print(tried, () => triedText(tried));
        return tried.complete && tried.readings.every(({ error }) => !error)
          ? EXIT.ok
          : EXIT.failed;
      }),
    );
}

/** The texts of programs. @throws CommandError naming each fault of the first that has any */
async function sound(paths: readonly string[]): Promise<string[]> {
  const sandbox = new Sandbox(DEFAULT_LIMITS);
  try {
    const texts: string[] = [];
    for (const path of paths) {
      const text = readFileSync(path, 'utf8');
      const faults = await faultsBeforeUse(text, sandbox);
      if (faults.length > 0) throw new CommandError(faultsText(path, faults));
      texts.push(text);
    }
    return texts;
  } finally {
    await sandbox.close();
  }
}

const faultsText = (path: string, faults: readonly Fault[]): string =>
  faults.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`).join('\n');

async function textsOf(
  id: string | undefined,
  { file, folder }: SetOptions,
): Promise<{ readonly of: string; readonly text: string }[]> {
  if (folder === undefined) {
    if (id === undefined || file === undefined)
      throw new CommandError('a machine or pattern and --file are needed, or --folder', EXIT.usage);
    return [{ of: id, text: (await sound([file]))[0]! }];
  }
  if (id !== undefined || file !== undefined)
    throw new CommandError('--folder names the patterns by its files', EXIT.usage);
  // All of them are looked at before any is used.
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .toSorted();
  const patterns = names.map((name) => patternIn(name));
  const texts = await sound(names.map((name) => join(folder, name)));
  return patterns.map((of, i) => ({ of, text: texts[i]! }));
}

/** @throws CommandError when a file is named after no pattern */
function patternIn(name: string): string {
  const of = decodedName(name.slice(0, -'.js'.length));
  if (isScope(of)) return of;
  throw new CommandError(`${name}: the name ${SCOPE_RULE}`, EXIT.usage);
}

/** A name that is not encoded as it should be is taken as it is. */
function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function listText(rows: readonly Record<string, unknown>[], held = false): string {
  if (rows.length === 0) return held ? 'No program is held.' : 'No pattern has a program.';
  return held
    ? table(
        rows.map((row) => HELD.map((name) => String(row[name]))),
        { header: HELD.map((name) => name.toUpperCase()) },
      )
    : table(
        rows.map((row) => [
          String(row['_id']),
          String(row['version']),
          (row['updated_at'] as Date).toISOString(),
          String(row['updated_by']),
        ]),
        { header: ['PATTERN', 'VERSION', 'SINCE', 'BY'] },
      );
}

const HELD = ['machine', 'pattern', 'version', 'until', 'error'] as const;

function triedText({ readings, state, complete, took_ms }: Tried): string {
  const lines = readings.flatMap(({ event_id, ts, results, logs, error }) => [
    `${ts} ${event_id}: ${error ? `${error.name}: ${error.message}` : JSON.stringify(results)}`,
    ...logs.map((line) => `    ${line}`),
    ...(error?.stack ? error.stack.split('\n').map((line) => `    ${line.trim()}`) : []),
  ]);
  return [
    ...lines,
    `state: ${JSON.stringify(state)}`,
    `${readings.length} readings in ${took_ms} ms${complete ? '' : '; it ended before the last of them'}`,
  ].join('\n');
}
