import type { Aggregate, RollupStore, RowKey } from '@iot/common/rollup';
import type { InsertOutcome, RawStore, TelemetryEvent } from '../settle-batch.js';
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
  'only the first of an id’s records in a batch can be its own',
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
  mutation: Mutation | undefined,
): { raw: RawStore; rollups: RollupStore } {
  const raw = world.rawStore(worker);
  const rollups = world.rollupStore(worker);
  const mapOutcome = (from: InsertOutcome, to: InsertOutcome): RawStore => ({
    insert: async (events, repeats) => (await raw.insert(events, repeats)).map((outcome) => (outcome === from ? to : outcome)),
  });
  const blindWrites =
    (blind: (key: RowKey) => boolean): RollupStore['writeRows'] =>
    async (writes) => {
      const conflicts = new Set<string>();
      for (const write of writes) {
        await world.step(worker);
        if (!world.compareAndSet(write, !blind(write.key))) conflicts.add(write.key.id);
      }
      return conflicts;
    };
  switch (mutation) {
    case 'no compare-and-set':
      return { raw, rollups: { ...rollups, writeRows: blindWrites(() => true) } };
    case 'duplicate folded':
      return { raw: mapOutcome('duplicate', 'new'), rollups };
    case 'own replay ignored':
      return { raw: mapOutcome('replayed', 'duplicate'), rollups };
    case 'only the first of an id’s records in a batch can be its own':
      return {
        raw: { insert: (events) => raw.insert(events, new Map()) },
        rollups,
      };
    case 'rows read after the insert': {
      let inserted: readonly InsertOutcome[] | undefined;
      const first = [...new Map([...batch].reverse().map((event) => [event.reading.event_id, event])).values()].reverse();
      const sources = new Map(
        first.map(({ reading }) => [
          reading.event_id,
          batch.filter((event) => event.reading.event_id === reading.event_id).map(({ source }) => source),
        ]),
      );
      return {
        raw: {
          insert: async (events, all) => {
            const early = inserted && new Map(first.map(({ reading }, i) => [reading.event_id, inserted![i]!]));
            return early ? events.map(({ reading }) => early.get(reading.event_id)!) : raw.insert(events, all);
          },
        },
        rollups: {
          ...rollups,
          readRows: async (ids) => {
            inserted ??= await raw.insert(first, sources);
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
      const late: Pick<RollupStore, 'foldRaw' | 'foldRows'> = { foldRaw: rollups.foldRaw, foldRows: rollups.foldRows };
      // The versions are read again after the fold, and the write is based on these.
      const versions = new Map<string, number>();
      const then = async (keys: readonly RowKey[], folds: Promise<Map<string, Aggregate>>): Promise<Map<string, Aggregate>> => {
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
          writeRows: (writes) => rollups.writeRows(writes.map((write) => ({ ...write, seen: versions.get(write.key.id) ?? write.seen }))),
        },
      };
    }
    default:
      return { raw, rollups };
  }
}
