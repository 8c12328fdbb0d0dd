/** How a payload is written. */
export type Format = 'json' | 'ndjson';

/**
 * A value of a JSON text follows one of these, or a colon; the first one follows nothing. In NDJSON
 * each line starts one.
 */
const STARTS: Readonly<Record<Format, string>> = { json: ',[{', ndjson: ',[{\n' };

const TABLES = { json: tableOf(STARTS.json), ndjson: tableOf(STARTS.ndjson) };

/**
 * Bounds what parsing a text makes, before it is parsed: ten kilobytes of gzip can hold three
 * million `{},`, which take seconds. It counts at most one value too many for each of these
 * characters in a string, where no valid reading has any.
 */
export class ValueLimit {
  private bytes = 0;
  private values = 0;
  private readonly table: Uint8Array;

  /**
   * @param max values that are surely taken; up to twice as many may be, as text that is too short
   * to have more is not looked at
   */
  constructor(
    private readonly max: number,
    format: Format,
  ) {
    this.table = TABLES[format];
  }

  /** Counts the next piece of the text; false: there are too many. */
  add(piece: Uint8Array): boolean {
    this.bytes += piece.length;
    if (this.bytes <= this.max) return true;
    const { table } = this;
    let values = 0;
    for (let i = 0; i < piece.length; i++) values += table[piece[i]!]!;
    this.values += values;
    return this.values <= this.max;
  }
}

function tableOf(starts: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const start of starts) table[start.charCodeAt(0)] = 1;
  return table;
}
