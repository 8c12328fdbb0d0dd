import type { PositionOf, Slice } from './keyset.js';
import { inListOrder, type Position } from './position.js';

/** One row that a document gives; `part` tells the rows of a document apart, in ascending order. */
export interface RowOf<R> {
  readonly part?: string;
  readonly row: R;
}

export interface Page<R> {
  readonly rows: R[];
  /** Where the next page starts; undefined at the end of the list. */
  readonly next: Position | undefined;
}

/**
 * The first `limit` rows behind `after`, out of the documents behind it, of which each gives one
 * row or more, or none at all.
 */
export function cutPage<D, R>(
  { documents, more, reached }: Slice<D>,
  positionOf: PositionOf<D>,
  expand: (document: D) => readonly RowOf<R>[],
  after: Position | undefined,
  limit: number,
): Page<R> {
  const rows: { position: Position; row: R }[] = [];
  for (const document of documents) {
    const at = positionOf(document);
    const resumed =
      after?.part !== undefined && inListOrder(at, after) === 0 ? after.part : undefined;
    for (const { part, row } of expand(document)) {
      if (part === undefined) rows.push({ position: at, row });
      else if (resumed === undefined || part > resumed)
        rows.push({ position: { ...at, part }, row });
    }
  }
  const page = rows.slice(0, limit);
  const next =
    rows.length > limit
      ? page.at(-1)?.position
      : more
        ? (reached ?? (documents.length > 0 ? positionOf(documents.at(-1)!) : undefined))
        : undefined;
  return { rows: page.map(({ row }) => row), next };
}
