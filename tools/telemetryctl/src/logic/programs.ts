import {
  givenReading,
  keyOf,
  LogicStore,
  ProgramTable,
  storedReading,
  tryProgram,
  type Tried,
} from '@iot/logic';
import type { LogicVersionDocument, Mongo } from '@iot/mongo';
import { DEFAULT_LIMITS, Sandbox } from '@iot/sandbox';
import { catalogueFrom } from '@iot/telemetry';
import type { Config } from '../connection/config.js';
import { CommandError } from '../exit.js';

const HOUR_MS = 3_600_000;
const MOST_HELD = 1000;

/** What is shown of a machine whose program is held. */
export interface HeldMachine {
  readonly machine: string;
  readonly pattern: string;
  readonly version: number;
  readonly until: string;
  readonly error: string;
}

export async function heldMachines(mongo: Mongo): Promise<HeldMachine[]> {
  const found = await mongo.machineStates
    .find({ 'held.until': { $gt: new Date() } })
    .sort({ _id: 1 })
    .limit(MOST_HELD)
    .toArray();
  return found.map(({ _id, held, last_error }) => ({
    machine: _id,
    pattern: held!.pattern,
    version: held!.version,
    until: held!.until.toISOString(),
    error: last_error ? `${last_error.name}: ${last_error.message}` : '',
  }));
}

/**
 * The active program of a machine or of a pattern, or a version of a pattern's.
 * @throws CommandError when there is none
 */
export async function activeOf(
  mongo: Mongo,
  id: string,
  version?: number,
): Promise<LogicVersionDocument> {
  const store = new LogicStore(mongo);
  const place =
    version !== undefined
      ? { pattern: id, version }
      : id.endsWith('*')
        ? await headOf(store, id)
        : new ProgramTable(await store.programs(new Map())).of(id);
  const found = place && (await store.version(place.pattern, place.version));
  if (!found)
    throw new CommandError(
      `${id} has no ${version === undefined ? '' : `version ${version} of its `}logic`,
    );
  return found;
}

async function headOf(store: LogicStore, pattern: string) {
  const head = await store.head(pattern);
  return head?.version ? { pattern, version: head.version } : undefined;
}

/** What a program makes of readings, of a machine's stored ones where none are given. */
export async function tryLogic(
  mongo: Mongo,
  config: Config,
  machine: string,
  what: {
    readonly draft: string | undefined;
    readonly given: readonly Record<string, unknown>[] | undefined;
    readonly from?: number | undefined;
    readonly to?: number | undefined;
    readonly limit: number;
  },
): Promise<Tried> {
  const active = what.draft === undefined ? await activeOf(mongo, machine) : undefined;
  const text = what.draft ?? active!.logic;
  const now = Date.now();
  const { canonical } = catalogueFrom(config);
  const readings =
    what.given?.map((one, i) => givenReading(one, i, machine, canonical, now)) ??
    (await stored(mongo, machine, what.from ?? now - HOUR_MS, what.to ?? now + 1, what.limit));
  const state = (await mongo.machineStates.findOne({ _id: machine }))?.state ?? '{}';
  const sandbox = new Sandbox(DEFAULT_LIMITS);
  try {
    const program = { key: keyOf(text), text };
    return await tryProgram(sandbox, program, active?.version ?? 0, readings, state);
  } finally {
    await sandbox.close();
  }
}

async function stored(mongo: Mongo, machine: string, from: number, to: number, limit: number) {
  const found = await mongo.raw
    .find({ device_id: machine, ts: { $gte: new Date(from), $lt: new Date(to) } })
    .sort({ ts: -1 })
    .limit(limit)
    .toArray();
  return found.map(storedReading).toSorted((a, b) => a.receivedAt - b.receivedAt || a.ts - b.ts);
}
