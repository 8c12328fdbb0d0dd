import {
  INDEXES,
  planOf,
  type Document,
  type Filter,
  type IndexPlan,
  type Mongo,
} from '@iot/mongo';
import { withinDeadline } from '@iot/resilience';
import type { DashboardMetrics } from '../metrics.js';
import { EdgeTimes, LAST_MS } from './core/edge-times.js';
import {
  allSparse,
  readAllInOrder,
  readInOrder,
  readSparse,
  type KeysetSource,
  type PositionOf,
  type SparseSource,
} from './core/keyset.js';
import { cutPage, type Page } from './core/page.js';
import type { Position } from './core/position.js';
import type { ListQuery, Selection } from './core/selection.js';
import { keysetSource } from './keyset-source.js';
import type { List } from './list.js';
import { sparseSource } from './sparse-source.js';

/** Documents of one time that an export holds, to put them in order. */
const HELD = 5000;
/** Steps of a page of a list which no index serves alone, where it says no other number. */
const STEPS_OF_PAGE = 4;

/** How one selection of a list is read. */
interface Reads<D> {
  readonly positionOf: PositionOf<D>;
  readonly source: KeysetSource<D>;
  /** Undefined where an index answers all of the filter. */
  readonly sparse: SparseSource<D> | undefined;
}

/**
 * Reads lists. A page is read within the deadline, or not at all. All throw the driver's error or
 * DeadlineExceeded.
 */
export class ListReader {
  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMS: number,
    private readonly metrics: DashboardMetrics,
  ) {}

  /** The first `limit` rows of a selection. */
  async page<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    selection: Selection<Q>,
    limit: number,
  ): Promise<Page<R>> {
    const { after } = selection;
    const stop = this.metrics.readSeconds.startTimer({ list: list.name });
    const { positionOf, source, sparse } = await this.reads(list, selection);
    const documents = limit + (after?.part === undefined ? 0 : 1);
    const reading = sparse
      ? readSparse(sparse, positionOf, after, documents, list.steps ?? STEPS_OF_PAGE)
      : readInOrder(source, positionOf, after, documents);
    const slice = await withinDeadline(this.timeoutMS, reading).finally(stop);
    const rowsOf = (document: D) => list.rows(document, selection);
    return cutPage(slice, positionOf, rowsOf, after, limit);
  }

  /**
   * All rows of a selection, some thousand at a time; the database is asked for more when those
   * were taken.
   */
  async *all<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    selection: Selection<Q>,
  ): AsyncGenerator<R[], void, undefined> {
    const { after } = selection;
    const { positionOf, source, sparse } = await this.reads(list, selection);
    const all = sparse
      ? { ...source, allByTime: (from: Position | undefined) => allSparse(sparse, from) }
      : source;
    const rowsOf = (document: D) => list.rows(document, selection);
    for await (const documents of readAllInOrder(all, positionOf, after, HELD)) {
      const slice = { documents, more: false };
      yield cutPage(slice, positionOf, rowsOf, after, Infinity).rows;
    }
  }

  private async reads<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    selection: Selection<Q>,
  ): Promise<Reads<D>> {
    const { timeoutMS } = this;
    const { orderBy } = list;
    const collection = list.collection(this.mongo);
    const asked = list.also?.(this.mongo, selection);
    const filters = [list.filter(selection), asked ? await withinDeadline(timeoutMS, asked) : {}];
    const edges = new EdgeTimes(async (ids) => {
      const late = { _id: { $in: ids }, [orderBy]: { $gt: new Date(LAST_MS) } } as Filter<D>;
      const found = collection.find(late, { projection: { _id: 1 }, timeoutMS });
      return new Set((await found.toArray()).map(({ _id }) => _id as unknown));
    });
    const sourceOf = (also: readonly object[]) =>
      keysetSource(collection, orderBy, [...filters, ...also], edges, timeoutMS);
    const { served, residual } = planFor(list, selection, filters[1]);
    return {
      positionOf: (document) => ({
        time: edges.timeOf(document, orderBy),
        id: String(document['_id']),
      }),
      source: sourceOf([]),
      sparse:
        residual.length === 0
          ? undefined
          : sparseSource(collection, orderBy, served, sourceOf, timeoutMS),
    };
  }
}

/**
 * How an index answers a selection of a list. @throws Error when none does, which a test of all
 * lists rules out
 */
export function planFor<D extends Document, R, Q extends ListQuery>(
  list: List<D, R, Q>,
  selection: Selection<Q>,
  also: Filter<D> = {},
): IndexPlan {
  const filter = { ...list.filter(selection), ...also };
  const plan = planOf(filter, list.orderBy, INDEXES[list.stored]);
  if (!plan) throw new Error(`no index serves the list ${list.name} in its order`);
  return plan;
}
