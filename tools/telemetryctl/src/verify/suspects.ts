import { setTimeout as delay } from 'node:timers/promises';
import type { RawDocument, RollupDocument } from '@iot/mongo';
import type { Discrepancies, Kind } from './discrepancies.js';
import { rowFault, RowFolds, rowIdOf, type RowName } from './row-fold.js';
import type { Sources } from './sources.js';

const ROWS_PER_READ = 100;

/** How rows that seem wrong are looked at again. */
export interface LookAgain {
  readonly looks: number;
  /** Between two looks, in ms: longer than a row may wait for its write. */
  readonly pauseMs: number;
}

interface Verdict {
  readonly version: number | undefined;
  readonly kind: Kind | undefined;
  readonly detail: string;
}

/** What the second look at the suspected rows said. */
export interface Settled {
  readonly faulty: RowName[];
  /** Rows that were being written all the time. */
  readonly unsettled: number;
}

/**
 * Looks again at rows that seemed wrong, each by itself: a worker stores an event a moment before
 * its rows. A row is wrong when it is so twice in a row and was not written in between.
 */
export async function judgeSuspects(
  mongo: Sources['mongo'],
  suspects: readonly RowName[],
  discrepancies: Discrepancies,
  { looks, pauseMs }: LookAgain,
): Promise<Settled> {
  const faulty: RowName[] = [];
  let open = suspects;
  let before = new Map<string, Verdict>();
  for (let attempt = 0; attempt < looks && open.length > 0; attempt++) {
    if (attempt > 0) await delay(pauseMs);
    const undecided: RowName[] = [];
    const now = new Map<string, Verdict>();
    for (let i = 0; i < open.length; i += ROWS_PER_READ) {
      const names = open.slice(i, i + ROWS_PER_READ);
      const verdicts = await lookAt(mongo, names);
      for (const name of names) {
        const id = rowIdOf(name);
        const { kind, version, detail } = verdicts.get(id)!;
        if (kind === undefined) continue;
        const earlier = before.get(id);
        if (earlier?.kind === kind && earlier.version === version && earlier.detail === detail) {
          discrepancies.add(kind, id, detail);
          faulty.push(name);
        } else {
          undecided.push(name);
          now.set(id, { kind, version, detail });
        }
      }
    }
    before = now;
    open = undecided;
  }
  return { faulty, unsettled: open.length };
}

async function lookAt(
  mongo: Sources['mongo'],
  names: readonly RowName[],
): Promise<Map<string, Verdict>> {
  const stored = new Map<string, RollupDocument>();
  for await (const row of mongo.rollups.find({ _id: { $in: names.map(rowIdOf) } }))
    stored.set(row._id, row);
  const folds = await foldAgain(mongo, names);
  return new Map(
    names.map((name) => {
      const id = rowIdOf(name);
      const row = stored.get(id);
      const should = folds.get(name.window.label)!.take(name);
      const verdict = (kind: Kind | undefined, detail = ''): Verdict => ({
        version: row?.version,
        kind,
        detail,
      });
      if (!row)
        return [
          id,
          should
            ? verdict('missing_row', `${should.count} raw events have no row`)
            : verdict(undefined),
        ];
      if (!should)
        return [id, verdict('extra_row', `counts ${row.count} events, and there are none`)];
      const fault = rowFault(row, should);
      return [id, fault === undefined ? verdict(undefined) : verdict('wrong_row', fault)];
    }),
  );
}

/**
 * The rows that the raw events make, by window size. Ranges of one device that touch each other are
 * read as one.
 */
async function foldAgain(
  mongo: Sources['mongo'],
  names: readonly RowName[],
): Promise<Map<string, RowFolds>> {
  const folds = new Map<string, RowFolds>();
  for (const [label, group] of Map.groupBy(names, ({ window }) => window.label)) {
    const { window } = group[0]!;
    const fold = new RowFolds([window]);
    const wanted = new Set(group.map(rowIdOf));
    const starts = [
      ...new Map(
        group.map(({ device, start }) => [`${device}|${start}`, { device, start }]),
      ).values(),
    ];
    const filter = {
      $or: starts.map(({ device, start }) => ({
        device_id: device,
        ts: { $gte: new Date(start), $lt: new Date(start + window.ms) },
      })),
    };
    for await (const document of mongo.raw.find(filter, { batchSize: 5000 }))
      addWanted(fold, document, group, wanted);
    folds.set(label, fold);
  }
  return folds;
}

function addWanted(
  fold: RowFolds,
  document: RawDocument,
  group: readonly RowName[],
  wanted: ReadonlySet<string>,
): void {
  const [window] = fold.windows;
  const ts = document.ts.getTime();
  const start = Math.floor(ts / window!.ms) * window!.ms;
  for (const sensor of new Set(group.map((name) => name.sensor))) {
    const value = document[sensor];
    if (
      typeof value === 'number' &&
      wanted.has(rowIdOf({ device: document.device_id, sensor, window: window!, start }))
    )
      fold.add(document.device_id, sensor, ts, value);
  }
}
