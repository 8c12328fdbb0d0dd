/** A cell's value; null and undefined are empty. */
export type Cell = string | number | null | undefined;

/** A column of a table of `R`: its heading, and its cell in a row. */
export interface Column<R> {
  readonly name: string;
  readonly cell: (row: R) => Cell;
}

/**
 * A text that starts with one of these is run as a formula by spreadsheets; an apostrophe in front
 * makes it a text again. Numbers are written as numbers: a negative one is no formula.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One cell after RFC 4180, safe to open in a spreadsheet. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The heading line, with its line end. */
export const csvHeader = <R>(columns: readonly Column<R>[]): string =>
  `${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`;

/** One line for each row, each with its line end. */
export const csvLines = <R>(columns: readonly Column<R>[], rows: readonly R[]): string =>
  rows.map((row) => `${columns.map(({ cell }) => csvCell(cell(row))).join(',')}\r\n`).join('');
