import fc from 'fast-check';
import { csvCell, csvHeader, csvLines, type Column } from './csv.js';

/** A reader of RFC 4180 that knows nothing of the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let i = 0; i < text.length;) {
    let cell = '';
    if (text[i] === '"') {
      for (i++; text[i] !== '"' || text[i + 1] === '"'; i++) {
        if (i >= text.length) throw new Error('a quote is not closed');
        if (text[i] === '"') i++;
        cell += text[i];
      }
      i++;
    } else while (i < text.length && text[i] !== ',' && text[i] !== '\r') cell += text[i++];
    row.push(cell);
    if (text[i] === ',') {
      i++;
      continue;
    }
    if (text.slice(i, i + 2) !== '\r\n') throw new Error(`no line end at ${i}`);
    i += 2;
    rows.push(row);
    row = [];
  }
  return rows;
}

const columns: Column<{ a: string; b: string }>[] = [
  { name: 'a', cell: ({ a }) => a },
  { name: 'b, quoted', cell: ({ b }) => b },
];

describe('CSV', () => {
  it('says nothing for what is not there, and numbers as they are', () => {
    expect([undefined, null, 0, -5.25, 1e-9].map(csvCell)).toEqual(['', '', '0', '-5.25', '1e-9']);
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['plain', 'plain'],
  ])('quotes %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
    '=HYPERLINK("http://x","y")',
  ])('disarms %j', (text) => {
    expect(parseCsv(`${csvCell(text)}\r\n`)).toEqual([[`'${text}`]]);
  });

  it('is read back by any reader of RFC 4180, cell for cell, and no cell starts a formula', () => {
    const letter = fc.constantFrom(...'ab,"\r\n=+-@\t\' ');
    const text = fc.oneof(fc.string({ unit: letter, maxLength: 8 }), fc.string());
    fc.assert(
      fc.property(fc.array(fc.record({ a: text, b: text })), (rows) => {
        const [heading, ...cells] = parseCsv(csvHeader(columns) + csvLines(columns, rows));
        expect(heading).toEqual(['a', 'b, quoted']);
        expect(
          cells.map((row) =>
            row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20])/, '')),
          ),
        ).toEqual(
          rows.map(({ a, b }) =>
            [a, b].map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20])/, '')),
          ),
        );
        for (const cell of cells.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
      { numRuns: 1000 },
    );
  });
});
