import type { Collection, Document, Filter, INDEXES, Mongo } from '@iot/mongo';
import type { Type } from '@nestjs/common';
import type { Column } from './core/csv.js';
import type { RowOf } from './core/page.js';
import type { ListQuery, Selection } from './core/selection.js';
import { formOf } from './row.js';

/** What a resource says of a list. */
interface ListDefinition<D extends Document, R, Q extends ListQuery> {
  /** In cursors, metrics and the names of exported files. */
  readonly name: string;
  readonly collection: (mongo: Mongo) => Collection<D>;
  /** The collection's name, for its indexes. */
  readonly stored: keyof typeof INDEXES;
  /**
   * The field whose newest comes first. It never changes in a document, or paging would pass by the
   * documents that move.
   */
  readonly orderBy: keyof D & string;
  readonly filter: (selection: Selection<Q>) => Filter<D>;
  /**
   * What else its documents have to pass, where that is to be asked of the database first. No index
   * answers it.
   */
  readonly also?: (mongo: Mongo, selection: Selection<Q>) => Promise<Filter<D>>;
  /** The class of its rows, which says how they are served ({@link fieldsOf}). */
  readonly row: Type<R>;
  /** Where a document gives several rows, or none. Absent: it gives one, as `row` says. */
  readonly rows?: (document: D, selection: Selection<Q>) => readonly RowOf<R>[];
  /**
   * Fields of the filter that no index has, on purpose: such a list is read in bounded steps.
   * An index answers each of the others alone; of several, it may leave over all but one.
   */
  readonly unindexed?: (field: string) => boolean;
  /** How many such steps a page may take; absent: as many as those of other lists. */
  readonly steps?: number;
  /** Its pages in JSON say in `cut` why and where they end before the end of the range. */
  readonly saysCut?: boolean;
  /**
   * First pages of JSON are read once for all who ask for the same within so many ms: what each
   * open browser reads again and again does not cost a query each.
   */
  readonly sharedMs?: number;
}

/** A list that the API serves. */
export interface List<
  D extends Document,
  R,
  Q extends ListQuery = ListQuery,
> extends ListDefinition<D, R, Q> {
  readonly rows: (document: D, selection: Selection<Q>) => readonly RowOf<R>[];
  readonly columns: (sensors: readonly string[]) => readonly Column<R>[];
}

export function listOf<D extends Document, R extends object, Q extends ListQuery>(
  definition: ListDefinition<D, R, Q>,
): List<D, R, Q> {
  const { fromDocument, columns } = formOf<D, R>(definition.row);
  return { rows: (document) => [{ row: fromDocument(document) }], columns, ...definition };
}
