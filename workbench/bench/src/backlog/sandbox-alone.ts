import { DEFAULT_LIMITS, Sandbox, type MachineRun, type Program } from '@iot/sandbox';
import { encodeReading } from '@iot/telemetry';
import type { Sample } from '../run/interleave.js';
import { cpuSeconds } from '../run/process-cost.js';

/** Readings of one run, of which the sandbox makes several calls. */
const READINGS = 1000;
const WARM_RUNS = 20;

/**
 * What the sandbox takes by itself, as the least of what a logic worker takes: readings are in
 * memory, results are thrown away. @param inARow readings of a machine in a run
 */
export async function sandboxAlone(
  text: string,
  inARow: number,
  readings: number,
): Promise<Sample> {
  const program: Program = { key: 'bench', text };
  const machines = Array.from({ length: READINGS / inARow }, (_, i) => machineOf(i, inARow));
  const sandbox = new Sandbox(DEFAULT_LIMITS);
  const used = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6 + cpuSeconds(sandbox.pid!);
  };
  try {
    const run = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await sandbox.run(program, machines);
    };
    await run(WARM_RUNS);
    const before = used();
    const runs = Math.ceil(readings / READINGS);
    await run(runs);
    return { warm_cpu_us: ((used() - before) * 1e6) / (runs * READINGS) };
  } finally {
    await sandbox.close();
  }
}

function machineOf(i: number, inARow: number): MachineRun {
  const deviceId = `machine-${i}`;
  const receivedAt = 1_790_000_000_000;
  return {
    state: JSON.stringify({ count: i * 7, mean: 15 + i / 997, last: 17.35 }),
    version: 1,
    readings: Array.from({ length: inARow }, (_, r) => {
      const values = { temperature_c: 15 + ((i * inARow + r) % 1000) / 100, humidity: 45 };
      const eventId = (i * inARow + r).toString(36);
      return { data: encodeReading({ eventId, deviceId, ts: receivedAt, values }), receivedAt };
    }),
  };
}
