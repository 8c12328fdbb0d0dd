import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { AlertRow } from '../../api/schema.js';
import { isOpen } from '../../core/live-state.js';
import type { ChartData } from '../../core/chart-data.js';
import { measured, moment, type Zone } from '../../core/format.js';
import type { Range } from '../../core/resolution.js';
import { useTheme } from '../../shell/theme.js';

const HEIGHT = 176;
/** Charts of this name share their cursor. */
const CURSOR = 'device';
const KEYS: Readonly<Record<string, (act: ChartActs) => void>> = {
  ArrowLeft: ({ pan }) => pan(-0.25),
  ArrowRight: ({ pan }) => pan(0.25),
  '+': ({ zoom }) => zoom(0.5),
  '=': ({ zoom }) => zoom(0.5),
  '-': ({ zoom }) => zoom(2),
};

export interface ChartActs {
  readonly show: (range: Range) => void;
  readonly zoom: (times: number) => void;
  readonly pan: (part: number) => void;
}

/** What a chart shows of an alert. */
export type ChartAlert = Pick<
  AlertRow,
  'timestamp' | 'resolved_at' | 'status' | 'severity' | 'last_seen'
>;

interface Props extends ChartActs {
  readonly label: string;
  readonly unit: string;
  readonly data: ChartData;
  readonly range: Range;
  readonly zone: Zone;
  readonly alerts: readonly ChartAlert[];
  /** Values that are drawn as lines across. */
  readonly bounds?: readonly number[] | undefined;
}

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** One sensor over time: average as a line, least to greatest as a band, alerts as grounds. */
export function Chart(props: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const says = useRef<HTMLSpanElement>(null);
  const plot = useRef<uPlot>(undefined);
  // What the plot asks for while it draws: always of the last time that it was given.
  const now = useRef(props);
  now.current = props;
  const { data, range, zone, alerts, bounds, unit, label } = props;
  const theme = useTheme();

  useEffect(() => {
    const element = holder.current!;
    const made = new uPlot(optionsOf(element, now, says), [[], [], [], []], element);
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = (): void => made.redraw(false, true);
    scheme.addEventListener('change', redraw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', redraw);
      made.destroy();
    };
  }, []);
  useEffect(() => {
    const made = plot.current!;
    made.batch(() => {
      made.setData(data as unknown as uPlot.AlignedData, false);
      made.setScale('x', { min: range.from / 1000, max: range.to / 1000 });
    });
    // The bounds too say how high it is.
  }, [data, range.from, range.to, bounds]);
  useEffect(() => plot.current?.redraw(false, true), [theme, zone, alerts]);

  return (
    <div
      className="chart"
      tabIndex={0}
      role="group"
      aria-label={`${label}: arrow keys move in time, + and - zoom`}
      onKeyDown={(event) => {
        const act = KEYS[event.key];
        if (!act) return;
        event.preventDefault();
        act(props);
      }}
    >
      <div className="chart-head">
        <span className="chart-name">
          {label} <span className="quiet-text">{unit}</span>
        </span>
        <span ref={says} className="chart-says figure" />
      </div>
      <div ref={holder} className="chart-plot" />
    </div>
  );
}

function optionsOf(
  element: HTMLElement,
  now: { readonly current: Props },
  says: { readonly current: HTMLSpanElement | null },
): uPlot.Options {
  const axis = {
    stroke: () => colour('--quiet'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    tzDate: (seconds) =>
      now.current.zone === 'UTC'
        ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC')
        : new Date(seconds * 1000),
    scales: {
      x: { time: true },
      y: { range: (_plot, min, max) => yRange(min, max, now.current.bounds ?? []) },
    },
    cursor: {
      sync: { key: CURSOR, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    axes: [
      { ...axis, size: 40, values: TIME_VALUES },
      {
        ...axis,
        size: 56,
        values: (_plot: uPlot, ticks: number[]) => ticks.map((tick) => measured(tick)),
      },
    ],
    series: [
      {},
      { stroke: () => colour('--chart-line'), width: 1.5, points: { show: fewPoints } },
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: () => colour('--chart-band') }],
    hooks: {
      drawClear: [(plot) => drawAlerts(plot, now.current)],
      draw: [(plot) => drawBounds(plot, now.current)],
      setCursor: [(plot) => say(plot, now.current, says.current)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          const from = Math.round(plot.posToVal(left, 'x') * 1000);
          const to = Math.round(plot.posToVal(left + width, 'x') * 1000);
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          now.current.show({ from, to });
        },
      ],
    },
  };
}

/** The day is written where it changes, with 24 hours in it. */
const TIME_VALUES = [
  [31_536_000, '{YYYY}', null, null, null, null, null, null, 1],
  [2_419_200, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [3600, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
] as unknown as uPlot.Axis.Values;

const fewPoints = (plot: uPlot, series: number): boolean =>
  (plot.data[series]?.length ?? 0) < plot.width / 12;

/** Room above and below; one value that never changes lies in the middle. */
function yRange(
  least: number | null,
  most: number | null,
  bounds: readonly number[],
): [number, number] {
  if (least === null || most === null) return [0, 1];
  const [min, max] = [Math.min(least, ...bounds), Math.max(most, ...bounds)];
  const room = (max - min) * 0.08 || Math.abs(max) * 0.05 || 1;
  const [low, high] = [min - room, max + room];
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : [min, max];
}

function drawAlerts(plot: uPlot, { alerts }: Props): void {
  const { ctx, bbox } = plot;
  const at = (time: string | null): number =>
    Math.min(
      bbox.left + bbox.width,
      Math.max(bbox.left, plot.valToPos(Date.parse(time ?? '') / 1000, 'x', true)),
    );
  ctx.save();
  for (const { timestamp, resolved_at, status, severity, last_seen } of alerts) {
    const left = at(timestamp);
    const right = isOpen({ status }) ? bbox.left + bbox.width : at(resolved_at ?? last_seen);
    if (!(right >= left) || right === bbox.left || left === bbox.left + bbox.width) continue;
    ctx.globalAlpha = 0.14;
    ctx.fillStyle = colour(severity === 'critical' ? '--critical' : '--warning');
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
    ctx.globalAlpha = 0.9;
    ctx.fillRect(left, bbox.top, 2, bbox.height);
  }
  ctx.restore();
}

function drawBounds(plot: uPlot, { bounds = [] }: Props): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('--warning');
  ctx.setLineDash([6, 4]);
  for (const bound of bounds) {
    const y = plot.valToPos(bound, 'y', true);
    if (!(y >= bbox.top && y <= bbox.top + bbox.height)) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function say(plot: uPlot, { zone, unit }: Props, element: HTMLElement | null): void {
  if (!element) return;
  const { idx } = plot.cursor;
  const [seconds, average, min, max] = plot.data as unknown as ChartData;
  const value = idx === null || idx === undefined ? undefined : average[idx];
  if (idx === null || idx === undefined || value === null || value === undefined) {
    element.textContent = '';
    return;
  }
  const band = min[idx] === max[idx] ? '' : ` (${measured(min[idx])} to ${measured(max[idx])})`;
  element.textContent = `${moment(seconds[idx]! * 1000, zone)}   ${measured(value)}${band} ${unit}`;
}
