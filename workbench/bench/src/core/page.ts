import type { Bar } from './bar-chart.js';
import { capacities, medianOf, PLANNED_LOAD, WRITES_PER_PRIMARY } from './capacity.js';
import { median, type BenchResult, type Report } from './results.js';
import { cells } from './text-table.js';

const BEGIN = '<!-- figures: begin, written by npm run bench -- --report -->';
const END = '<!-- figures: end -->';
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/**
 * @returns the page with its part between the markers replaced; a page without markers gets them at
 * its end
 */
export function pageWith(page: string, figures: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  const part = `${BEGIN}\n\n${figures.trim()}\n\n${END}`;
  if (begin === -1 || end < begin) return `${page.trimEnd()}\n\n${part}\n`.trimStart();
  return page.slice(0, begin) + part + page.slice(end + END.length);
}

const row = (texts: readonly string[]): string =>
  `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(header), row(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(row)].join(
    '\n',
  );
}

/**
 * The generated part of the page: machine, a table for each benchmark, and what follows for sizing.
 */
export function figuresText(
  report: Report,
  about: Readonly<Record<string, string>>,
  chartFile: string,
): string {
  const { machine, benches } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    '## Figures',
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.os}; everything, load and database included, ran on it at the same time. ` +
      `Versions: ${versions.join(', ')}.`,
    'A cell is the median of the runs, with the least and the most in parentheses. CPU is user and system time of the process, all threads; `warm` leaves out its start and the first tenth of the backlog.',
    `![CPU per event of each service beside its floor](${chartFile})`,
    ...benches.map((bench) => section(bench, about[bench.name] ?? '')),
    bounds(report),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function section(bench: BenchResult, about: string): string {
  const { header, rows } = cells(bench);
  const settings = Object.entries(bench.settings).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? whole(value) : value}`,
  );
  return `### ${bench.name}\n\n${about[0]?.toUpperCase() ?? ''}${about.slice(1)}. ${bench.at.slice(0, 10)}; ${settings.join(', ')}.\n\n${markdownTable(header, rows)}`;
}

/** What bounds one worker, and what carries a rate. Empty without the figures it needs. */
function bounds(report: Report): string {
  const of = (bench: string, name: string, metric = 'warm_cpu_us'): number | undefined =>
    medianOf(report, bench, name, metric);
  const [floor, minutes, all] = [
    of('aggregator', 'floor'),
    of('aggregator', '1m'),
    of('aggregator', '1m+1h+1d'),
  ];
  const sizes = capacities(report);
  if (floor === undefined || minutes === undefined || all === undefined || sizes.length === 0)
    return '';
  const times = (name: string): string => of('growth', name, 'times_base')?.toFixed(1) ?? '?';
  const header = [
    'devices',
    'events/s',
    'ingestion pods',
    'aggregator pods',
    'alerts pods',
    'partitions',
    'MongoDB writes/s',
    'primaries',
  ];
  const rows = sizes.map((size) => [
    size.devices,
    whole(size.eventsPerSecond),
    ...[
      size.ingestionPods,
      size.aggregatorPods,
      size.alertsPods,
      size.partitions,
      size.databaseWritesPerSecond,
      size.primaries,
    ].map(whole),
  ]);
  return [
    '## What bounds one worker, and what carries a rate',
    `A worker is one event loop, so one core bounds it. Fetch, JSON.parse, BSON and the insert of the raw event take the floor ${floor.toFixed(1)} µs. ` +
      `With 1m rows the aggregator takes ${minutes.toFixed(1)} µs, or ${whole(1e6 / minutes)} events/s on a core; with 1m+1h+1d ` +
      `${all.toFixed(1)} µs, or ${whole(1e6 / all)}. What adds to it is not the events but the rows that a batch touches: 100,000 devices ` +
      `that report once a minute cost ${times('100,000 devices')} times the base with 1m and ${times('100,000 devices, 1m+1h+1d')} times with ` +
      `1m+1h+1d, 20 sensors ${times('20 sensors')} times, half of the readings late ${times('50 % late')} times.`,
    `The table takes ${PLANNED_LOAD * 100} % of a core for each pod, so that it can catch up, readings in batches of 100 with one sensor, and two partitions ` +
      `for each worker. Readings of a live fleet share few writes, unlike those of a backlog: MongoDB takes 3.25 for an event of a device that reports once a ` +
      `second (itself, its device, its minute, a quarter of an hour or a day), and 5 for one that reports once a minute. How many it bears depends on its machines: the last ` +
      `column assumes ${whole(WRITES_PER_PRIMARY)} small writes/s for each primary ([by device](sharding.md)). The database of these figures is an in-memory stand-in, ` +
      'so its own CPU says nothing of MongoDB; run the benchmark with MONGO_URL to measure yours.',
    markdownTable(header, rows),
  ].join('\n\n');
}

/** Bars of the chart: CPU per event of everything that has a floor, and the floor. */
export function chartBars({ benches }: Report): Bar[] {
  return benches
    .filter(({ cases }) => cases.some(({ name }) => name.endsWith('floor')))
    .flatMap(({ name: bench, cases }) =>
      cases.flatMap(({ name, figures }) => {
        const figure = figures.find(({ metric }) => metric === 'warm_cpu_us');
        if (!figure || figure.runs.length === 0) return [];
        const label = name === bench ? bench : `${bench}, ${name}`;
        const kind = name.endsWith('floor') ? ('floor' as const) : ('ours' as const);
        return [
          {
            label,
            kind,
            value: median(figure.runs),
            least: Math.min(...figure.runs),
            most: Math.max(...figure.runs),
          },
        ];
      }),
    );
}
