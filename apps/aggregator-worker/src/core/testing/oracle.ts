import { rowFloor, type Facts, type WindowSize } from '@iot/rollup';
import type { TelemetryEvent } from '../event.js';
import type { World } from './world.js';

/** What is known to have happened to the events of a run, noted apart from the code under test. */
export class Fates {
  /** Stored at least once. */
  readonly stored = new Map<string, TelemetryEvent>();
  /** Must be counted: stored by the worker that owned the partition, or committed as taken. */
  readonly certain = new Set<string>();

  /** Somebody removed all that is stored, on purpose. */
  forget(): void {
    this.stored.clear();
    this.certain.clear();
  }
}

/**
 * The rows that are wrong, in words. A row that is kept up to date must hold each event that is
 * certain once; one that was refused and that a dying worker stored all the same may be in it,
 * once, or not.
 */
export function wrongRows(
  world: World,
  fates: Fates,
  facts: Facts,
  sizes: readonly WindowSize[],
  unjudged: ReadonlySet<string>,
  skewMs: number,
): string[] {
  const wrong: string[] = [];
  for (const size of sizes) {
    const known = facts.sizes[size.label];
    if (!known) continue;
    // A worker whose clock is ahead leaves a row alone a little earlier.
    const floor = rowFloor(known, world.now + skewMs);
    const byId = new Map<string, TelemetryEvent[]>();
    for (const event of fates.stored.values()) {
      const { deviceId: device_id, ts } = event.reading;
      const id = `${device_id}|v|${size.label}|${ts - (ts % size.ms)}`;
      byId.set(id, [...(byId.get(id) ?? []), event]);
    }
    const rows = [...world.rows.values()].filter(({ key }) => key.window.label === size.label);
    for (const id of new Set([...byId.keys(), ...rows.map(({ key }) => key.id)])) {
      const start = Number(id.split('|')[3]);
      const row = world.rows.get(id)?.row;
      const upToDate = row
        ? start >= known.completeSince || (row.era ?? 0) === known.era
        : start >= known.completeSince;
      if (start < floor || !upToDate || unjudged.has(id)) continue;
      const fault = faultOf(row, byId.get(id) ?? [], fates.certain);
      if (fault !== undefined) wrong.push(`${id}: ${fault}`);
    }
  }
  return wrong;
}

/** Values are powers of two, so a sum says which events are in it. */
function faultOf(
  row:
    | { readonly count: number; readonly sum: number; readonly min: number; readonly max: number }
    | undefined,
  events: readonly TelemetryEvent[],
  certain: ReadonlySet<string>,
): string | undefined {
  const sum = row?.sum ?? 0;
  const has = (value: number): boolean => Math.floor(sum / value) % 2 === 1;
  const inIt = events.filter(({ reading }) => has(reading.values['v']!));
  const values = inIt.map(({ reading }) => reading.values['v']!);
  const total = values.reduce((a, b) => a + b, 0);
  const missing = events.filter(
    (event) => !inIt.includes(event) && certain.has(event.reading.eventId),
  );
  if (missing.length > 0)
    return `lacks ${missing.map(({ reading }) => reading.eventId).join()} of ${events.length}`;
  if (total !== sum || (row?.count ?? 0) !== values.length)
    return `sum ${sum}, count ${row?.count}, should be ${total}, ${values.length}`;
  if (
    row &&
    values.length > 0 &&
    (row.min !== Math.min(...values) || row.max !== Math.max(...values))
  )
    return 'min or max';
  return undefined;
}
