import { growthOf, type Course } from './course.js';

/** What the account at the end says. */
export interface Account {
  /** What was asked for; the last fault may take it further. */
  readonly minutes: number;
  readonly seed: number;
  readonly eventsPerSecond: number;
  readonly acknowledged: number;
  readonly distinct: number;
  readonly missing: number;
  readonly discrepancies: number;
}

const MB = 2 ** 20;
const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

/** A Markdown page; `image` is the file of the picture, beside it. */
export function reportText(course: Course, account: Account, image: string): string {
  const known = course.lag.flatMap(({ lagSeconds }) => (lagSeconds === null ? [] : [lagSeconds]));
  const kinds = Map.groupBy(course.faults, ({ name }) => name);
  return `# Soak

\`npm run soak -- --minutes ${account.minutes} --rate ${account.eventsPerSecond} --seed ${account.seed}\`: two processes of each service under
${account.eventsPerSecond} readings/s with duplicates, late and bad ones, and one fault after the other, in random order.
Faults end processes of the second of each; the figures below are of the first.

![memory, handles and lag over time](${image})

- ${account.acknowledged} acknowledged readings, ${account.distinct} of them distinct; **${account.missing} missing**.
- \`telemetryctl verify\`: **${account.discrepancies} discrepancies**.
- ${course.faults.length} faults; highest known lag ${Math.max(0, ...known).toFixed(1)} s.

## Faults

${table(
  ['fault', 'times', 'longest recovery, s'],
  [...kinds].map(([name, all]) => [
    name,
    all.length,
    Math.max(...all.map(({ recovery }) => recovery)).toFixed(1),
  ]),
)}

${course.faults.flatMap(({ name, from, error }) => (error === undefined ? [] : [`- After ${(from / 60).toFixed(1)} minutes, ${name}: ${error}\n`])).join('')}
Recovery: from the end of the fault until no consumer is more than a second behind.

## Memory and handles

Growth is of the median, from the first fifth of the time after the first ten minutes to the last.
What is kept is without V8's young generation, which grows in steps of up to 16 MB when there is
more to do for a moment; of it the aim is at most 10 %.

${table(
  [
    ...['service', 'MB after 10 min', 'MB at the end', 'growth', 'growth of what is kept'],
    ...['handles', 'restarts of the second'],
  ],
  Object.entries(course.samples).map(([name, samples]) => {
    const growth = growthOf(samples);
    const handles = samples.map((sample) => sample.handles);
    return [
      name,
      growth ? (growth.fromBytes / MB).toFixed(0) : '',
      ((samples.at(-1)?.rssBytes ?? NaN) / MB).toFixed(0),
      growth ? percent(growth.ratio) : '',
      growth ? percent(growth.keptRatio) : '',
      `${Math.min(...handles)}–${Math.max(...handles)}`,
      course.restarts[name] ?? 0,
    ];
  }),
)}
`;
}
