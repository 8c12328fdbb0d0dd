import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOptions, UsageError, type Options } from './options.js';
import type { Bench } from './run/bench.js';

const run = (): never => {
  throw new Error('not run');
};
const KNOWN: Bench[] = [
  { name: 'ingestion', about: 'ingests', cases: ['single POST', 'batch of 100'], run },
  { name: 'aggregator', about: 'drains', cases: ['1m', '1m+1h+1d'], run },
  { name: 'idle', about: 'waits', cases: [], run },
  { name: 'long', about: 'takes long', cases: [], apart: true, run },
];
const parse = (...argv: string[]): Options => parseOptions(argv, KNOWN, () => ['idle']);
const refusal = (...argv: string[]): string => {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UsageError && error.code === 2) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
};
const names = ({ benches }: Options): string[] => benches.map(({ name }) => name);

describe('parseOptions', () => {
  it('runs all benchmarks by default, those that are named, or those of the file that is compared', () => {
    expect(names(parse())).toEqual(['ingestion', 'aggregator', 'idle']);
    expect(names(parse('all', '--runs', '3'))).toHaveLength(3);
    expect(names(parse('idle', 'aggregator'))).toEqual(['aggregator', 'idle']);
    expect(names(parse('--compare', 'old.json'))).toEqual(['idle']);
    expect(names(parse('--compare', 'old.json', '--against', 'new.json'))).toEqual([]);
  });
  it('runs what stands apart where it is named, beside all too', () => {
    expect(names(parse('long'))).toEqual(['long']);
    expect(names(parse('all', 'long'))).toEqual(['ingestion', 'aggregator', 'idle', 'long']);
  });
  it('runs five times, and once with --quick unless told', () => {
    expect(parse().runs).toBe(5);
    expect(parse('--quick').runs).toBe(1);
    expect(parse('--quick', '--runs', '2').runs).toBe(2);
  });
  it.each([
    [
      ['nothing'],
      'there is no benchmark "nothing"; there are ingestion, aggregator, idle, long, all',
    ],
    [['--runs', '0'], 'It must be a whole number from 1 to 100.'],
    [['--events', '1e6'], 'It must be a whole number from 1000 to 100000000.'],
    [['aggregator', '--case', '5m'], 'aggregator has no case "5m"; it has 1m, 1m+1h+1d'],
    [['idle', '--case', '1m'], 'idle has no case "1m"; it has only one'],
    [['--case', '1m'], '--case chooses a case of one benchmark: name that benchmark'],
    [['--against', 'new.json'], '--against FILE is for --compare FILE: give the older file too'],
    [['idle', '--compare', 'a.json', '--against', 'b.json'], 'runs nothing: leave out the names'],
    [['--report', 'page.html'], 'It must end in .md.'],
    [['--json', '/no/such/folder/x.json'], 'There is no folder /no/such/folder.'],
    [['--what'], "unknown option '--what'"],
  ])('refuses %j with a line that says why', (argv, why) => {
    expect(refusal(...argv)).toContain(why);
  });
  it('makes the folder of the profiles', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-options-'));
    expect(parse('--cpu-prof', join(folder, 'a', 'b')).cpuProf).toBe(join(folder, 'a', 'b'));
    rmSync(folder, { recursive: true });
  });
});
