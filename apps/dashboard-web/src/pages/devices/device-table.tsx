import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { sensorsQuery } from '../../api/queries.js';
import type { AlertRow, DeviceRow, Sensor } from '../../api/schema.js';
import { measured, sensorLabel } from '../../core/format.js';
import { useLive } from '../../live/use-live.js';
import { Ago } from '../../parts/time.js';
import { VirtualTable, type Column } from '../../parts/virtual-table.js';

/** More sensors would not fit beside each other; the page of the device has them all. */
const SHOWN_SENSORS = 5;

interface Props {
  readonly rows: readonly DeviceRow[];
  readonly more: boolean;
  readonly onMore: () => void;
}

/** Devices with their latest values and their active alerts. */
export function DeviceTable({ rows, more, onMore }: Props) {
  const alerts = useLive((state) => state.alerts);
  const sensors = useQuery(sensorsQuery).data?.data;
  const columns = useMemo(() => columnsOf(alerts, sensors ?? []), [alerts, sensors]);
  return (
    <VirtualTable
      label="Devices"
      columns={columns}
      rows={rows}
      keyOf={({ device_id }) => device_id}
      more={more}
      onMore={onMore}
    />
  );
}

function columnsOf(
  alerts: ReadonlyMap<string, AlertRow>,
  sensors: readonly Sensor[],
): Column<DeviceRow>[] {
  const active = activeByDevice(alerts);
  return [
    {
      title: 'Device',
      width: 'minmax(9rem, 1.6fr)',
      cell: ({ device_id }) => (
        <Link to="/ui/devices/$id" params={{ id: device_id }} className="id">
          {device_id}
        </Link>
      ),
    },
    {
      title: 'Alerts',
      width: '5rem',
      cell: ({ device_id }) => {
        const of = active.get(device_id);
        if (!of) return null;
        return <span className={`pill ${of.grave ? 'critical' : 'warning'}`}>{of.count}</span>;
      },
    },
    ...sensors.slice(0, SHOWN_SENSORS).map(({ name, unit }): Column<DeviceRow> => ({
      title: `${sensorLabel(name)} ${unit}`,
      width: 'minmax(6rem, 1fr)',
      isNumber: true,
      isWide: true,
      cell: ({ latest }) => measured(latest[name]?.value),
    })),
    {
      title: 'First seen',
      width: '8rem',
      isNumber: true,
      isWide: true,
      cell: ({ first_seen }) => <Ago at={first_seen} />,
    },
    {
      title: 'Last seen',
      width: '7rem',
      isNumber: true,
      cell: ({ last_seen }) => <Ago at={last_seen} />,
    },
  ];
}

function activeByDevice(alerts: ReadonlyMap<string, AlertRow>) {
  const active = new Map<string, { count: number; grave: boolean }>();
  for (const { device_id, severity } of alerts.values()) {
    const of = active.get(device_id) ?? { count: 0, grave: false };
    active.set(device_id, { count: of.count + 1, grave: of.grave || severity === 'critical' });
  }
  return active;
}
