import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { historyQuery, type History, type Span } from '../../api/history.js';
import { NO_POINTS, type ChartData } from '../../core/chart-data.js';
import { sensorLabel, type Zone } from '../../core/format.js';
import type { Range } from '../../core/resolution.js';
import { Chart, type ChartActs, type ChartAlert } from './chart.js';

/** Values that the stream told of, until they are fetched too. */
const TOLD = 900;

interface Props {
  readonly id: string;
  readonly sensor: string;
  readonly unit: string;
  readonly span: Span;
  readonly range: Range;
  readonly zone: Zone;
  readonly latest: { readonly value?: number; readonly ts?: string | null } | undefined;
  readonly alerts: readonly ChartAlert[];
  readonly bounds?: readonly number[];
  readonly acts: ChartActs;
}

/** The chart of one sensor, fetched when it comes into sight. */
export function SensorChart(props: Props) {
  const { id, sensor, unit, span, range, zone, latest, alerts, bounds, acts } = props;
  const place = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setSeen(true);
      },
      { rootMargin: '300px' },
    );
    watcher.observe(place.current!);
    return () => watcher.disconnect();
  }, []);
  const history = useQuery({ ...historyQuery(id, sensor, span), enabled: seen });
  const told = useTold(latest);
  const data = useMemo(() => withTold(history.data, told), [history.data, told]);
  return (
    <div ref={place} className="card chart-card">
      {seen && (
        <Chart
          label={sensorLabel(sensor)}
          {...{ unit, data, range, zone, alerts, bounds }}
          {...acts}
        />
      )}
      {history.isError && !history.data && (
        <p className="chart-note" role="alert">
          {history.error.message}
        </p>
      )}
      {history.data && data[0].length === 0 && (
        <p className="chart-note">Nothing was measured in this time.</p>
      )}
    </div>
  );
}

type Told = readonly (readonly [seconds: number, value: number])[];

function useTold(latest: Props['latest']): Told {
  const [told, setTold] = useState<Told>([]);
  const { value, ts } = latest ?? {};
  useEffect(() => {
    if (value === undefined || !ts) return;
    const at = Date.parse(ts) / 1000;
    setTold((before) =>
      at <= (before.at(-1)?.[0] ?? 0) ? before : [...before, [at, value] as const].slice(-TOLD),
    );
  }, [value, ts]);
  return told;
}

/** A chart of readings goes on with what the stream tells; rollups follow when they are written. */
function withTold(history: History | undefined, told: Told): ChartData {
  if (!history) return NO_POINTS;
  const { data, resolution } = history;
  if (resolution !== 'raw') return data;
  const last = data[0].at(-1) ?? 0;
  const more = told.filter(([at]) => at > last);
  if (more.length === 0) return data;
  const values = [...data[1], ...more.map(([, value]) => value)];
  return [[...data[0], ...more.map(([at]) => at)], values, values, values];
}
