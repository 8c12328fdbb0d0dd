import { afterAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS, Sandbox, type MachineRun } from './index.js';
import { HIDDEN_STATES } from './testing/hidden-states.js';
import { MARKER } from './testing/marker.js';

const sandbox = new Sandbox({ ...DEFAULT_LIMITS, cpuMs: 500, watchdogMs: 5000 });
afterAll(() => sandbox.close());

const TIMES = 3;
const machine = (id: string, count = 1): MachineRun => ({
  state: '{}',
  version: 1,
  readings: Array.from({ length: count }, () => ({
    data: JSON.stringify({ device_id: id, event_id: 'e', ts: 1, humidity: 50 }),
    receivedAt: 1_700_000_000_000,
  })),
});

describe('nothing is known of an earlier reading', () => {
  it.each(HIDDEN_STATES)('by $name', async ({ body, top = '' }) => {
    const text = `${top}\nfunction process(data, state, context) { ${body} }`;
    const program = { key: text, text };
    const runs = [
      ...(await sandbox.run(program, [machine('a', TIMES), machine('b', TIMES)])),
      ...(await sandbox.run(program, [machine('a')])),
      ...(await sandbox.run({ key: `another ${text}`, text }, [machine('a')])),
    ];
    const found = runs.flatMap(({ readings }) => readings.map(({ results }) => results));
    expect(found).toHaveLength(2 * TIMES + 2);
    expect(found[0]).toEqual([expect.any(String)]);
    for (const one of found) expect(one).toEqual(found[0]);
  });
});

it('leaves no mark on anything that a program can reach, also by calling all that it finds', async () => {
  const wide = { ...DEFAULT_LIMITS, cpuMs: 10_000, watchdogMs: 40_000, memoryBytes: 128 << 20 };
  const patient = new Sandbox(wide);
  try {
    const program = { key: MARKER, text: MARKER };
    const runs = await patient.run(program, [machine('marks'), machine('looks')]);
    const [, looked] = runs.map(({ readings }) => readings[0]!);
    expect(looked).toMatchObject({ error: undefined });
    const [found, count] = looked!.results!.map((text) => JSON.parse(text) as unknown);
    expect(count).toBeGreaterThan(3000);
    expect(found).toEqual([]);
  } finally {
    await patient.close();
  }
}, 60_000);
