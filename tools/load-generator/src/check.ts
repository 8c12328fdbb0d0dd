import { setTimeout as sleep } from 'node:timers/promises';
import {
  discrepancy,
  grewBy,
  type Discrepancy,
  type Ledger,
  type SensorCounts,
} from './core/ledger.js';
import type { Dashboard } from './output/dashboard.js';
import { count } from './output/progress.js';

const ASK_EVERY_MS = 500;
/**
 * A device is read when its counts have been the same this often in a row: reading costs more than
 * asking.
 */
const READ_AFTER: ReadonlySet<number> = new Set([3, 10, 30, 100]);
const SHOWN = 10;

/** Whether everything that was accepted is counted. */
export interface CheckResult {
  readonly ok: boolean;
  readonly devices: number;
  /** Different readings that were accepted. */
  readonly accepted: number;
  /** Ms until the last of them was counted, or the time was up. */
  readonly took: number;
  readonly discrepancies: readonly Discrepancy[];
}

/**
 * What the rollups of the devices counted before the run: other readings of the same minutes may
 * have been there.
 */
export async function countsBefore(
  dashboard: Dashboard,
  devices: readonly string[],
): Promise<Map<string, SensorCounts>> {
  const before = new Map<string, SensorCounts>();
  await dashboard.each(
    devices,
    async (device) => void before.set(device, await dashboard.counted(device)),
  );
  return before;
}

/**
 * A device whose rollups have not grown by what was accepted: what they counted last, and how often
 * in a row that was said.
 */
interface Open {
  counted: SensorCounts;
  said: number;
}

/**
 * Asks until the rollups of each device have grown by what was accepted, at most `timeoutMs`. Where
 * they stop growing before that, or grew by something else, the device is read reading by reading:
 * events that were there before the run, or whose outcome is not known, are no fault.
 * @param certain every event of the run is known to be stored or not; otherwise a sum that fits
 *   proves nothing
 */
export async function check(
  dashboard: Dashboard,
  ledger: Ledger,
  before: ReadonlyMap<string, SensorCounts>,
  certain: boolean,
  timeoutMs: number,
): Promise<CheckResult> {
  const started = performance.now();
  const open = new Map<string, Open>(
    [...ledger.accounts.keys()].map((device) => [device, { counted: new Map(), said: 0 }]),
  );
  const compare = async (device: string): Promise<Discrepancy | undefined> =>
    discrepancy(
      device,
      ledger.accounts.get(device)!,
      await dashboard.stored(device),
      await dashboard.counted(device),
    );
  const ask = async (device: string): Promise<void> => {
    const one = open.get(device)!;
    const counted = await dashboard.counted(device);
    if (
      certain &&
      grewBy(ledger.accounts.get(device)!.counts, before.get(device) ?? new Map(), counted)
    )
      return void open.delete(device);
    one.said = same(one.counted, counted) ? one.said + 1 : 1;
    one.counted = counted;
    if (READ_AFTER.has(one.said) && !(await compare(device))) open.delete(device);
  };
  for (;;) {
    await dashboard.each([...open.keys()], ask);
    if (open.size === 0 || performance.now() - started >= timeoutMs) break;
    await sleep(ASK_EVERY_MS);
  }
  const took = performance.now() - started;
  const discrepancies: Discrepancy[] = [];
  await dashboard.each([...open.keys()], async (device) => {
    const found = await compare(device);
    if (found) discrepancies.push(found);
  });
  return {
    ok: discrepancies.length === 0,
    devices: ledger.accounts.size,
    accepted: ledger.size,
    took,
    discrepancies,
  };
}

const same = (one: SensorCounts, other: SensorCounts): boolean =>
  one.size === other.size && [...one].every(([sensor, counted]) => other.get(sensor) === counted);

/** The result as people read it. */
export function checkText(result: CheckResult): string {
  const { accepted, devices, took, discrepancies } = result;
  const seconds = (took / 1000).toFixed(1);
  if (result.ok)
    return `check: all ${count(accepted)} accepted readings of ${count(devices)} devices are stored and counted (after ${seconds} s)`;
  const lines = [
    `check: FAIL after ${seconds} s: ${count(discrepancies.length)} of ${count(devices)} devices differ`,
  ];
  for (const { device_id, accepted: own, missing, examples, sensors } of discrepancies.slice(
    0,
    SHOWN,
  )) {
    if (missing > 0)
      lines.push(
        `  ${device_id}: ${count(missing)} of ${count(own)} accepted readings are not stored, such as ${examples.join(', ')}`,
      );
    for (const { sensor_type, stored, counted } of sensors)
      lines.push(
        `  ${device_id} ${sensor_type}: ${count(stored)} stored, ${count(counted)} counted in 1m rollups`,
      );
  }
  if (discrepancies.length > SHOWN) lines.push(`  and ${count(discrepancies.length - SHOWN)} more`);
  return lines.join('\n');
}
