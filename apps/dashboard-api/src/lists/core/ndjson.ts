/** One JSON text for each row, each with its line end. */
export const ndjsonLines = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
