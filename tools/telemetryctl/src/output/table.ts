import { printable } from '@iot/printable';

/** Most characters of a cell: a device or event id, a topic and a place fit. */
const CELL = 300;

/** Lines of columns as wide as their widest cell. `right`: columns aligned to the right. */
export function table(
  rows: readonly (readonly string[])[],
  options: { readonly header?: readonly string[]; readonly right?: readonly number[] } = {},
): string {
  const all = (options.header ? [options.header, ...rows] : rows).map((row) =>
    row.map((cell) => printable(cell, CELL)),
  );
  const widths: number[] = [];
  for (const row of all)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        options.right?.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      )
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
