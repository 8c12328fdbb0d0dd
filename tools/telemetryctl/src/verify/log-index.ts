/** What is known of one offset of the log, as bits. */
export const MARK = {
  /** A raw document names this record as its source. */
  stored: 1,
  /** The log was read there, and holds a record. */
  seen: 2,
  /** Waits on a retry topic of the group. */
  inRetry: 4,
  /** Among the group's dead letters. */
  dead: 8,
  /**
   * Among the dead letters of the alerts group, or waiting on its retry topics: it may not have
   * been evaluated.
   */
  notEvaluated: 16,
} as const;

/**
 * One partition of the log between two offsets: five bytes an offset, and nothing else grows with
 * the number of records.
 */
export class PartitionIndex {
  private readonly marks: Uint8Array;
  private readonly prints: Uint32Array;

  constructor(
    /** First offset that the log retains. */
    readonly low: number,
    /** The offset after the last one that is looked at. */
    readonly end: number,
  ) {
    this.marks = new Uint8Array(end - low);
    this.prints = new Uint32Array(end - low);
  }

  holds(offset: number): boolean {
    return offset >= this.low && offset < this.end;
  }

  mark(offset: number, mark: number): void {
    this.marks[offset - this.low]! |= mark;
  }

  has(offset: number, mark: number): boolean {
    return (this.marks[offset - this.low]! & mark) !== 0;
  }

  /** Fingerprint of the document that names this offset. */
  print(offset: number): number {
    return this.prints[offset - this.low]!;
  }

  setPrint(offset: number, print: number): void {
    this.prints[offset - this.low] = print;
  }

  /** Offsets that carry `mark` and none of `without`. */
  *marked(mark: number, without: number): Generator<number> {
    for (let i = 0; i < this.marks.length; i++)
      if ((this.marks[i]! & (mark | without)) === mark) yield this.low + i;
  }
}

/** The telemetry topic's partitions by number. */
export type LogIndex = ReadonlyMap<number, PartitionIndex>;
