import { csvHeader, csvLines, type Column } from './csv.js';
import { ndjsonLines } from './ndjson.js';

export const JSON_TYPE = 'application/json';
export const CSV_TYPE = 'text/csv';
export const NDJSON_TYPE = 'application/x-ndjson';
/** What lists come in; the first where the caller says nothing. */
export const FORMATS = [JSON_TYPE, CSV_TYPE, NDJSON_TYPE] as const;

/** A format of lines: rows as text, without a place for a cursor. */
export interface LineFormat<R> {
  readonly type: typeof CSV_TYPE | typeof NDJSON_TYPE;
  readonly contentType: string;
  /** What comes before the first row. */
  readonly head: string;
  readonly lines: (rows: readonly R[]) => string;
}

export const csvOf = <R>(columns: readonly Column<R>[]): LineFormat<R> => ({
  type: CSV_TYPE,
  contentType: `${CSV_TYPE}; charset=utf-8; header=present`,
  head: csvHeader(columns),
  lines: (rows) => csvLines(columns, rows),
});

export const NDJSON: LineFormat<unknown> = {
  type: NDJSON_TYPE,
  contentType: `${NDJSON_TYPE}; charset=utf-8`,
  head: '',
  lines: ndjsonLines,
};
