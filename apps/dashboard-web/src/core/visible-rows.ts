/** Rows that a table draws: from `first` to `last`, not included. */
export interface VisibleRows {
  readonly first: number;
  readonly last: number;
}

/** Rows of equal height that can be seen, and some around them that a scroll shows next. */
export function visibleRows(
  { top, height, row }: { top: number; height: number; row: number },
  count: number,
  around: number,
): VisibleRows {
  const first = Math.floor(Math.max(0, top) / row) - around;
  const last = Math.ceil((Math.max(0, top) + Math.max(0, height)) / row) + around;
  return {
    first: Math.min(Math.max(0, first), Math.max(0, count - 1)),
    last: Math.max(0, Math.min(count, last)),
  };
}
