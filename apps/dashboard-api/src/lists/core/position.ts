/**
 * A position in a list: behind the row of this document. Lists run from the newest time to the oldest,
 * and from the greatest id to the smallest where times are equal. `part` is set where one document
 * gives several rows: behind that row of it.
 */
export interface Position {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly id: string;
  readonly part?: string;
}

/** Newest first; the order of every list. */
export const inListOrder = (a: Position, b: Position): number =>
  b.time - a.time || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
