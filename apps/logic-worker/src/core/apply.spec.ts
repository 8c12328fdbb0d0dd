import { freshIdOf, type ActiveProgram } from '@iot/logic';
import { fail, putUnder } from './apply.js';
import type { Arrival } from './arrival.js';
import { newMachine, type Machine } from './machine.js';

const program = (pattern: string, version: number, change?: number): ActiveProgram => ({
  pattern,
  version,
  key: '',
  text: '',
  freshId: change === undefined ? undefined : freshIdOf(change, pattern),
});
const known = (more: Partial<Machine> = {}): Machine => ({
  ...newMachine('m'),
  version: 1,
  state: '{"n":1}',
  ...more,
});

describe('a machine under a program', () => {
  it('begins anew where a change asks for it, once', () => {
    const machine = known();
    putUnder(machine, program('*', 2, 9), freshIdOf(9, '*'));
    expect(machine.state).toBe('{}');
    machine.state = '{"n":2}';
    putUnder(machine, program('*', 3, 9), freshIdOf(9, '*'));
    expect(machine.state).toBe('{"n":2}');
    putUnder(machine, program('*', 3, 10), freshIdOf(10, '*'));
    expect(machine.state).toBe('{}');
  });

  it('keeps its state when its own program is taken away, whatever the wider one asked before', () => {
    const machine = known();
    putUnder(machine, program('*', 2, 3), freshIdOf(3, '*'));
    putUnder(machine, program('m', 1, 5), freshIdOf(5, 'm'));
    machine.state = '{"n":5}';
    putUnder(machine, program('*', 2, 3), freshIdOf(5, 'm'));
    expect(machine.state).toBe('{"n":5}');
  });

  it('takes no notice of what was asked before it was there, or of others', () => {
    const machine = newMachine('m');
    putUnder(machine, program('m', 1), freshIdOf(8, '*'));
    Object.assign(machine, { state: '{"n":1}', version: 1 });
    putUnder(machine, program('m', 1), freshIdOf(11, 'm*'));
    putUnder(machine, program('*', 4, 8), freshIdOf(11, 'm*'));
    expect(machine.state).toBe('{"n":1}');
  });

  it('is not taken back by a worker that knows an older program', () => {
    const machine = known({ freshId: freshIdOf(12, '*') });
    putUnder(machine, program('*', 2, 11), freshIdOf(11, '*'));
    expect(machine.state).toBe('{"n":1}');
  });

  it('keeps its state beside names of a version that did not number them', () => {
    const machine = known({ freshId: 'm/1/1' });
    putUnder(machine, { ...program('*', 2), freshId: '*/2/7' }, '*/2/7');
    expect(machine.state).toBe('{"n":1}');
  });
});

describe('failures', () => {
  const rules = { failures: 3, windowMs: 60_000, firstMs: 1000, longestMs: 8000 };
  const arrival = (offset: number): Arrival => ({
    machine: 'm',
    at: 't/0',
    offset,
    redriven: false,
    record: {} as never,
    reading: { eventId: `e${offset}`, ts: 0, input: { data: '{}', receivedAt: offset } },
    failure: undefined,
  });
  const error = { name: 'TypeError', message: '', stack: '' };

  it('count for the program that failed, and not for the next one', () => {
    const machine = known();
    putUnder(machine, program('*', 1), undefined);
    for (const offset of [1, 2]) fail(machine, arrival(offset), error, rules, offset);
    putUnder(machine, program('*', 2), undefined);
    fail(machine, arrival(3), error, rules, 3);
    expect(machine.held).toBeNull();
    for (const offset of [4, 5]) fail(machine, arrival(offset), error, rules, offset);
    expect(machine.held).toMatchObject({ pattern: '*', version: 2, times: 1 });
  });
});
