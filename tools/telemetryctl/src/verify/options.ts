/** What to verify. Times in epoch ms. */
export interface VerifyOptions {
  /** Readings from this time on. */
  readonly from?: number | undefined;
  /** Readings before this time. */
  readonly to?: number | undefined;
  readonly device?: string | undefined;
  /** Discrepancies that are named; all are counted. */
  readonly maxDiscrepancies: number;
  /** Rollup rows that are held at once, at about 100 bytes each. */
  readonly sliceRows: number;
  /**
   * Between two looks at a row that seems wrong, in ms: longer than a worker takes from an event to
   * its row.
   */
  readonly lookAgainMs: number;
  /**
   * The same of a row that is fed from smaller windows while its events may not be committed: it
   * may wait for its write.
   */
  readonly lookAgainPendingMs: number;
}

/** Told what is being done, for people who wait. */
export type Progress = (text: string) => void;

/** Whether a reading is among those that were asked for. */
export const inScope = (
  { from = -Infinity, to = Infinity, device }: VerifyOptions,
  of: string,
  ts: number,
): boolean => ts >= from && ts < to && (device === undefined || device === of);
