import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIMITS, Sandbox, type Death, type MachineRun, type Program } from './index.js';

const LIAR = fileURLToPath(new URL('./testing/liar.ts', import.meta.url));
const LIES = [
  ...readFileSync(LIAR, 'utf8').matchAll(/^ {2}'?([a-z-]+)'?: (?:altered|\(\) =>)/gm),
].map(([, name]) => name!);

let deaths: Death[] = [];
const sandbox = new Sandbox(
  { ...DEFAULT_LIMITS, watchdogMs: 200 },
  (reason) => deaths.push(reason),
  {
    before: [process.execPath, LIAR],
    withoutNetwork: false,
  },
);
afterAll(() => sandbox.close());

const text = 'function process(data, state) { return { n: (state.n ?? 0) + data.ts } }';
const program: Program = { key: text, text };
const machine = (id: string, count = 1): MachineRun => ({
  state: '{}',
  version: 1,
  readings: Array.from({ length: count }, (_, i) => ({
    data: JSON.stringify({ device_id: id, event_id: `${id}-${i}`, ts: 7 }),
    receivedAt: 1_700_000_000_000 + i,
  })),
});
const GOOD = { state: '{"n":14}' };

/** A few at a time, as each lie costs a process. */
const SOME = 8;

describe('a process that lies about a machine', () => {
  it.each(Array.from({ length: Math.ceil(LIES.length / SOME) }, (_, i) => i * SOME))(
    'is replaced, and the machine alone fails: lies from %i on',
    async (from) => {
      deaths = [];
      const lies = LIES.slice(from, from + SOME);
      const machines = lies.flatMap((how) => [machine(`lies-${how}`), machine(`by-${how}`, 2)]);
      const outcomes = await sandbox.run(program, machines);
      for (const [i, how] of lies.entries()) {
        const error = { name: 'StuckError' };
        const liar = { state: '{}', readings: [{ results: undefined, error }] };
        expect([how, outcomes[2 * i]]).toMatchObject([how, liar]);
        expect([how, outcomes[2 * i + 1]]).toMatchObject([how, GOOD]);
      }
      // Once for all of them together, and once for each alone.
      expect(deaths).toHaveLength(1 + lies.length);
    },
    60_000,
  );

  it('is replaced when it answers twice', async () => {
    deaths = [];
    await sandbox.run(program, [machine('lies-twice')]);
    expect(await sandbox.run(program, [machine('next', 2)])).toMatchObject([GOOD]);
    expect(deaths).toEqual(['unreadable']);
  });
});

describe('a process that somebody ends', () => {
  it('costs no reading', async () => {
    deaths = [];
    for (let i = 0; i < 5; i++) {
      const running = sandbox.run(program, [machine('a')]);
      setTimeout(() => sandbox.pid && process.kill(sandbox.pid, 'SIGKILL'), i);
      expect(await running).toMatchObject([{ state: '{"n":7}' }]);
    }
  });
});
