/** A bar with its spread. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly kind: 'floor' | 'ours';
}

const ROW = 26;
const LEFT = 270;
const RIGHT = 150;
const WIDTH = 900;
const TOP = 62;
const COLOURS = { floor: '#9aa5b1', ours: '#2f6fb0' };

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const at = (value: number): string => value.toFixed(1);

/** A step of 1, 2 or 5 times a power of ten, of which about five fit into the range. */
function step(most: number): number {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
}

/**
 * An SVG of horizontal bars, each with a line from its least to its most run. It reads on light and
 * on dark pages.
 */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map((bar) => bar.most), Number.MIN_VALUE);
  const x = (value: number): number => LEFT + (value / most) * (WIDTH - LEFT - RIGHT);
  const height = TOP + bars.length * ROW + 34;
  const lines: string[] = [];
  for (let tick = 0; tick <= most; tick += step(most))
    lines.push(
      `<line x1="${at(x(tick))}" y1="${TOP - 6}" x2="${at(x(tick))}" y2="${height - 30}" stroke="#d5dae0"/>`,
      `<text x="${at(x(tick))}" y="${height - 14}" text-anchor="middle" fill="#5b6672">${Number(tick.toPrecision(6))}</text>`,
    );
  bars.forEach((bar, i) => {
    const y = TOP + i * ROW;
    const middle = y + ROW / 2;
    const [from, to] = [at(x(bar.least)), at(x(bar.most))];
    lines.push(
      `<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escaped(bar.label)}</text>`,
      `<rect x="${LEFT}" y="${y + 4}" width="${at(x(bar.value) - LEFT)}" height="${ROW - 8}" fill="${COLOURS[bar.kind]}"/>`,
      `<path d="M${from} ${middle}H${to}M${from} ${middle - 4}v8M${to} ${middle - 4}v8" stroke="#17212b" fill="none"/>`,
      `<text x="${at(x(bar.most) + 8)}" y="${middle + 4}">${bar.value.toFixed(2)}</text>`,
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="13" fill="#17212b">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600">${escaped(title)}</text>`,
    `<text x="16" y="46" fill="#5b6672">${escaped(unit)}; bar: median, line: least to most run</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
