import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { deviceQuery } from '../../api/queries.js';
import { panned, zoomed, type Range } from '../../core/resolution.js';
import { useZone } from '../../shell/theme.js';
import type { ChartAlert } from '../device/chart.js';
import { SensorChart } from '../device/sensor-chart.js';
import type { Running } from './use-back-test.js';
import '../device/device.css';

interface Props {
  readonly id: string;
  readonly running: Running;
  readonly units: ReadonlyMap<string, string>;
}

/** The past of a device with the alerts that the rule would have raised, and its bounds. */
export function BackTestChart({ id, running: { rule, range, state }, units }: Props) {
  const zone = useZone();
  const device = useQuery(deviceQuery(id)).data;
  const [shown, setShown] = useState<Range>();
  const seen = shown ?? range;
  const { sensor: wanted } = (rule['selector'] ?? {}) as { sensor?: string };
  // A silence is of the device: any of its sensors shows it.
  const sensor = wanted ?? Object.keys(device?.latest ?? {})[0];
  const alerts = useMemo(
    () =>
      state.kept
        .filter(({ device_id }) => device_id === id)
        .map(({ resolved_at, ...alert }): ChartAlert => ({
          ...alert,
          resolved_at,
          status: resolved_at === null ? 'active' : 'resolved',
        })),
    [state.kept, id],
  );
  const bounds = useMemo(() => boundsOf(rule['condition']), [rule]);
  if (sensor === undefined) return null;
  return (
    <SensorChart
      id={id}
      sensor={sensor}
      unit={units.get(sensor) ?? ''}
      span={seen}
      range={seen}
      zone={zone}
      latest={undefined}
      alerts={alerts}
      bounds={bounds}
      acts={{
        show: setShown,
        zoom: (times) => setShown(zoomed(seen, times)),
        pan: (part) => setShown(panned(seen, part)),
      }}
    />
  );
}

/** Where a bound is one of the values that are drawn. */
function boundsOf(condition: unknown): readonly number[] {
  const given = (condition ?? {}) as Readonly<Record<string, unknown>>;
  const isOfValues =
    given['kind'] === 'above' ||
    given['kind'] === 'below' ||
    (given['kind'] === 'window' && given['aggregate'] !== 'count');
  if (!isOfValues) return [];
  return [given['bound'], given['critical']].filter((one) => typeof one === 'number');
}
