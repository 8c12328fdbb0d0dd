import type { Course } from './course.js';

const WIDTH = 900;
const LEFT = 64;
const RIGHT = 170;
const PANEL = 190;
const PLOT = 140;
const TOP = 60;
const INK = '#17212b';
const PALE = '#5b6672';
/** Told apart with every kind of colour vision (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#555555'];

interface Line {
  readonly name: string;
  /** Null: unknown there; the line breaks. */
  readonly points: readonly (readonly [seconds: number, value: number | null])[];
}

const at = (value: number): string => value.toFixed(1);
const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

/** The least round number that all values are under. */
function roundAbove(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((bound) => bound >= most)!;
}

function panel(title: string, lines: readonly Line[], course: Course, index: number): string {
  const y0 = TOP + index * PANEL + 24;
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0));
  const most = roundAbove(Math.max(...values, 1));
  const x = (seconds: number): number =>
    LEFT + (seconds / (course.minutes * 60)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => y0 + PLOT - (value / most) * PLOT;
  const shades = course.faults.map(
    ({ name, from, to }) =>
      `<rect x="${at(x(from))}" y="${y0}" width="${at(Math.max(1, x(to) - x(from)))}" height="${PLOT}" fill="#d55e00" opacity="0.12"><title>${escaped(name)}</title></rect>`,
  );
  const ticks = [0, 0.5, 1].map(
    (share) =>
      `<path d="M${LEFT} ${at(y(share * most))}H${WIDTH - RIGHT}" stroke="#d5dae0"/>` +
      `<text x="${LEFT - 8}" y="${at(y(share * most) + 4)}" text-anchor="end" fill="${PALE}">${share * most}</text>`,
  );
  const drawn = lines.map(({ name, points }, i) => {
    let pen = 'M';
    const path = points
      .map(([seconds, value]) => {
        const step = value === null ? '' : `${pen}${at(x(seconds))} ${at(y(value))}`;
        pen = value === null ? 'M' : 'L';
        return step;
      })
      .join('');
    const colour = COLOURS[i % COLOURS.length];
    const label = y0 + 12 + i * 18;
    return (
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>` +
      `<text x="${WIDTH - RIGHT + 10}" y="${label}" fill="${colour}">${escaped(name)}</text>`
    );
  });
  const heading = `<text x="${LEFT}" y="${y0 - 8}" font-weight="600">${escaped(title)}</text>`;
  return [heading, ...shades, ...ticks, ...drawn].join('\n');
}

/** An SVG of memory, handles and lag over time; each fault is a shade. */
export function picture(course: Course): string {
  const perService = (of: 'rssBytes' | 'handles', unit: number): Line[] =>
    Object.entries(course.samples).map(([name, samples]) => ({
      name,
      points: samples.map((sample) => [sample.seconds, sample[of] / unit] as const),
    }));
  const lag = course.lag.map(({ seconds, lagSeconds }) => [seconds, lagSeconds] as const);
  const panels = [
    panel('Memory (RSS), MB', perService('rssBytes', 2 ** 20), course, 0),
    panel('Open handles', perService('handles', 1), course, 1),
    panel('Lag, seconds; a gap: unknown', [{ name: 'highest', points: lag }], course, 2),
  ];
  const height = TOP + panels.length * PANEL + 20;
  const title = `Soak of ${course.minutes} minutes: ${course.faults.length} faults`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="13" fill="${INK}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="28" font-size="16" font-weight="600">${title}</text>`,
    `<text x="16" y="48" fill="${PALE}">left to right: ${course.minutes} minutes; shaded: a fault under way</text>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}
