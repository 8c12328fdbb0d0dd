import { ProgramTable, type ActiveProgram } from '@iot/logic';
import type { MachineOutcome, MachineRun, Program } from '@iot/sandbox';
import type { Arrival } from '../core/arrival.js';
import { newMachine, type Machine } from '../core/machine.js';
import { MachineTurns } from './machine-turns.js';
import { Runner } from './runner.js';

const MACHINES = 300;
const RULES = { failures: 5, windowMs: 60_000, firstMs: 60_000, longestMs: 240_000 };
const program = (pattern: string, key: string): ActiveProgram => ({
  ...{ pattern, version: 1, key, text: '', freshId: undefined },
});
const table = new ProgramTable([program('*', 'for all'), program('good', 'of one')]);

/** A worker whose programs do for a machine what `hangs` says. */
function worker(hangs: (machine: string, program: Program) => boolean) {
  const stored = new Map<string, Machine>();
  const tried: string[] = [];
  let clock = 1000;
  const run = (of: Program, runs: readonly MachineRun[]): Promise<MachineOutcome[]> =>
    Promise.resolve(
      runs.map(({ state, readings }) => {
        const { id } = JSON.parse(readings[0]!.data) as { id: string };
        tried.push(id);
        const error = { name: 'TimeoutError', message: '', stack: '' };
        return hangs(id, of)
          ? { readings: [{ results: undefined, error }], state }
          : { readings: readings.map(() => ({ results: [], error: undefined })), state: '1' };
      }),
    );
  const counter = { inc: () => undefined };
  const runner = new Runner(
    { run },
    {
      load: (ids) =>
        Promise.resolve(new Map(ids.map((id) => [id, stored.get(id) ?? newMachine(id)]))),
      save: (machines) => {
        for (const one of machines) stored.set(one.id, { ...one, version: one.version + 1 });
        return Promise.resolve(new Set());
      },
      forget: () => undefined,
    },
    { publish: () => Promise.resolve() },
    new MachineTurns(),
    RULES,
    { readings: counter, results: counter, failed: counter, conflicts: counter } as never,
    () => clock,
  );
  let offset = 0;
  const send = async (ids: readonly string[]): Promise<number> =>
    (
      await runner.handle(
        ids.map((id) => arrivalOf(id, offset++)),
        table,
      )
    ).length;
  const wait = (ms: number): void => void (clock += ms);
  return { stored, tried, send, wait };
}

function arrivalOf(machine: string, offset: number): Arrival {
  const eventId = `e${offset}`;
  const input = { data: JSON.stringify({ id: machine }), receivedAt: offset };
  const record = { key: Buffer.from(machine), receivedAtText: '0' } as never;
  const reading = { eventId, ts: 0, input };
  return { machine, at: 't/0', offset, redriven: false, record, reading, failure: undefined };
}

const ids = Array.from({ length: MACHINES }, (_, i) => `m${i}`);

it('holds a program that hangs for each machine before most of them are tried', async () => {
  const { stored, tried, send, wait } = worker((_, { key }) => key === 'for all');
  expect(await send([...ids, 'good'])).toBe(MACHINES);
  expect(tried.filter((id) => id !== 'good')).toHaveLength(RULES.failures);
  expect(stored.get('good')!.state).toBe('1');
  expect(stored.get('m250')).toMatchObject({ held: { times: 1, pattern: '*' }, runs: 0 });
  expect(stored.get('m250')!.skipped).toEqual([{ at: 't/0', from: 250, to: 250 }]);
  tried.length = 0;
  // It is tried again with one machine, and held for twice as long.
  wait(RULES.firstMs + 1);
  await send(ids);
  expect(tried).toHaveLength(1);
  wait(RULES.firstMs + 1);
  await send(ids);
  expect(tried).toHaveLength(1);
});

it('goes on for all once it is mended', async () => {
  let broken = true;
  const { stored, send, wait } = worker(() => broken);
  await send(ids);
  broken = false;
  wait(RULES.firstMs + 1);
  expect(await send(ids)).toBe(0);
  expect(ids.every((id) => stored.get(id)!.state === '1')).toBe(true);
});

it('holds none for its neighbours, where it hangs for some machines', async () => {
  const { stored, send } = worker((id) => Number(id.slice(1)) % 10 === 7);
  for (let i = 0; i < 6; i++) await send(ids);
  const held = ids.filter((id) => stored.get(id)!.held !== null);
  expect(held).toEqual(ids.filter((id) => id.endsWith('7')));
});
