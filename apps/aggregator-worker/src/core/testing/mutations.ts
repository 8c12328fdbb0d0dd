import type { Aggregate, RollupConfiguration, RollupStore, RowKey } from '@iot/rollup';
import { eventKey } from '@iot/telemetry';
import type { TelemetryEvent } from '../event.js';
import type { InsertAnswer, RawStore } from '../settle-batch.js';
import type { World } from './world.js';

/** Planted bugs: each weakens the protocol at one place. The model must find every one of them. */
export const MUTATIONS = [
  'rows read after the insert',
  'no compare-and-set',
  'offset committed before the writes',
  'duplicate folded',
  'own replay ignored',
  'larger windows first',
  'recompute without compare-and-set',
  'recompute reads the version after the events',
  'only the first of an event’s records in a batch can be its own',
  'the first of an event’s records in a batch stands for all',
  'events are told apart by their id alone',
  'ids of an older version are not looked for',
  'a retried record counts as another record',
  'offset committed before the larger windows',
  'larger rows read when they are written',
  'larger rows forgotten by a write that failed',
  'largest windows written first',
] as const;

export type Mutation = (typeof MUTATIONS)[number];

/** The stores of one batch, with the bug planted. */
export function mutatedStores(
  world: World,
  worker: number,
  batch: readonly TelemetryEvent[],
  config: RollupConfiguration,
  mutation: Mutation | undefined,
): { raw: RawStore; rollups: RollupStore } {
  const raw = world.rawStore(worker);
  const rollups = world.rollupStore(worker, config);
  /** Whether a record of this batch stored it. */
  const isOwn = (event: TelemetryEvent, source: string): boolean =>
    batch.some(
      (other) => eventKey(other.reading) === eventKey(event.reading) && other.source === source,
    );
  /** Tells of events that are stored already what is not so. */
  const mapTaken = (
    lie: (event: TelemetryEvent, storedFrom: string) => InsertAnswer,
  ): RawStore => ({
    ...raw,
    insert: async (events) =>
      (await raw.insert(events)).map((answer, i) =>
        typeof answer === 'object' && 'storedFrom' in answer
          ? lie(events[i]!, answer.storedFrom)
          : answer,
      ),
  });
  const blindWrites =
    (blind: (key: RowKey) => boolean): RollupStore['writeRows'] =>
    async (writes) => {
      const conflicts = new Set<string>();
      for (const write of writes) {
        await world.step(worker);
        if (!world.compareAndSet(write, config, !blind(write.key))) conflicts.add(write.key.id);
      }
      return conflicts;
    };
  switch (mutation) {
    case 'no compare-and-set':
      return { raw, rollups: { ...rollups, writeRows: blindWrites(() => true) } };
    case 'duplicate folded':
      return {
        raw: mapTaken((event, storedFrom) => (isOwn(event, storedFrom) ? { storedFrom } : 'new')),
        rollups,
      };
    case 'own replay ignored':
      return {
        raw: mapTaken((event, storedFrom) => ({
          storedFrom: isOwn(event, storedFrom) ? 'elsewhere' : storedFrom,
        })),
        rollups,
      };
    case 'only the first of an event’s records in a batch can be its own':
      return {
        raw: mapTaken((event, storedFrom) => ({
          storedFrom: event.source === storedFrom ? storedFrom : 'elsewhere',
        })),
        rollups,
      };
    case 'the first of an event’s records in a batch stands for all':
      return {
        raw: mapTaken((event, storedFrom) => ({
          storedFrom: isOwn(event, storedFrom) ? event.source : storedFrom,
        })),
        rollups,
      };
    case 'events are told apart by their id alone':
      return { raw: world.rawStore(worker, ({ reading }) => reading.eventId), rollups };
    case 'ids of an older version are not looked for':
      return { raw: world.rawStore(worker, undefined, false), rollups };
    case 'rows read after the insert': {
      let inserted: readonly InsertAnswer[] | undefined;
      const first = [
        ...new Map([...batch].reverse().map((event) => [eventKey(event.reading), event])).values(),
      ].reverse();
      return {
        raw: {
          ...raw,
          insert: async (events) => {
            const early = inserted && new Map(first.map((event, i) => [event, inserted![i]!]));
            return early ? events.map((event) => early.get(event)!) : raw.insert(events);
          },
        },
        rollups: {
          ...rollups,
          readRows: async (ids) => {
            inserted ??= await raw.insert(first);
            return rollups.readRows(ids);
          },
        },
      };
    }
    case 'recompute without compare-and-set': {
      const folded = new Set<string>();
      const note = (keys: readonly RowKey[]): void => keys.forEach(({ id }) => folded.add(id));
      return {
        raw,
        rollups: {
          ...rollups,
          foldRaw: (keys) => (note(keys), rollups.foldRaw(keys)),
          foldRows: (keys, smaller) => (note(keys), rollups.foldRows(keys, smaller)),
          writeRows: blindWrites(({ id }) => folded.has(id)),
        },
      };
    }
    case 'recompute reads the version after the events': {
      const late: Pick<RollupStore, 'foldRaw' | 'foldRows'> = {
        foldRaw: rollups.foldRaw,
        foldRows: rollups.foldRows,
      };
      // The versions are read again after the fold, and the write is based on these.
      const versions = new Map<string, number>();
      const then = async (
        keys: readonly RowKey[],
        folds: Promise<Map<string, Aggregate>>,
      ): Promise<Map<string, Aggregate>> => {
        const done = await folds;
        const rows = await rollups.readRows(keys.map(({ id }) => id));
        for (const { id } of keys) versions.set(id, rows.get(id)?.version ?? 0);
        return done;
      };
      return {
        raw,
        rollups: {
          ...rollups,
          foldRaw: (keys) => then(keys, late.foldRaw(keys)),
          foldRows: (keys, smaller) => then(keys, late.foldRows(keys, smaller)),
          writeRows: (writes) =>
            rollups.writeRows(
              writes.map((write) => ({ ...write, seen: versions.get(write.key.id) ?? write.seen })),
            ),
        },
      };
    }
    default:
      return { raw, rollups };
  }
}
