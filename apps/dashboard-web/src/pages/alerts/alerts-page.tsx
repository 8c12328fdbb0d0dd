import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { listQuery, sensorsQuery } from '../../api/queries.js';
import type { AlertRow } from '../../api/schema.js';
import { count, measured, sensorLabel, shortened } from '../../core/format.js';
import { useLive } from '../../live/use-live.js';
import { Severity, Status } from '../../parts/badges.js';
import { Choice, Field } from '../../parts/fields.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { Ago } from '../../parts/time.js';
import { VirtualTable, type Column } from '../../parts/virtual-table.js';
import { useMay } from '../../shell/session.js';
import { logsSearch } from '../logs/search.js';
import { ActOnAlerts } from './act-on-alerts.js';
import { withLive } from './with-live.js';
import { alertsSearch, type AlertsSearch } from './search.js';

const route = getRouteApi('/ui/alerts');
const NONE: ReadonlyMap<string, AlertRow> = new Map();
type Changed = Readonly<Partial<Record<keyof AlertsSearch, string>>>;

const chooser = (
  chosen: ReadonlyMap<string, AlertRow>,
  toggle: (alert: AlertRow) => void,
): Column<AlertRow> => ({
  title: 'Choose',
  width: '4.2rem',
  narrow: '2rem',
  cell: (alert) => (
    <input
      type="checkbox"
      checked={chosen.has(alert.id)}
      onChange={() => toggle(alert)}
      aria-label={`Choose: ${shortened(alert.message, 80)}`}
    />
  ),
});

const COLUMNS: readonly Column<AlertRow>[] = [
  {
    title: 'Severity',
    width: '6.5rem',
    narrow: '1.6rem',
    cell: ({ severity }) => <Severity of={severity} />,
  },
  {
    title: 'Device',
    width: 'minmax(8rem, 1.2fr)',
    narrow: 'minmax(5rem, 1fr)',
    cell: ({ device_id }) => (
      <Link to="/ui/devices/$id" params={{ id: device_id }} className="id">
        {device_id}
      </Link>
    ),
  },
  {
    title: 'What',
    width: 'minmax(9rem, 2.2fr)',
    narrow: 'minmax(5rem, 1.5fr)',
    cell: ({ id, message }) => (
      <Link
        to="/ui/alerts/$id"
        params={{ id }}
        title={shortened(message, 400)}
        className="plain-link"
      >
        {shortened(message, 160)}
      </Link>
    ),
  },
  {
    title: 'Sensor',
    width: '8rem',
    isWide: true,
    cell: ({ sensor_type }) => sensorLabel(sensor_type),
  },
  {
    title: 'Last value',
    width: '7rem',
    isNumber: true,
    isWide: true,
    cell: ({ last_value }) => measured(last_value),
  },
  {
    title: 'Times',
    width: '5rem',
    isNumber: true,
    isWide: true,
    cell: ({ occurrences }) => count(occurrences),
  },
  {
    title: 'Status',
    width: '8rem',
    isWide: true,
    cell: ({ status, acknowledged_by, acknowledgement_note }) => (
      <span
        title={acknowledged_by ? `by ${acknowledged_by}: ${acknowledgement_note ?? ''}` : undefined}
      >
        <Status of={status} />
      </span>
    ),
  },
  {
    title: 'Raised',
    width: '6.5rem',
    narrow: '5.8rem',
    isNumber: true,
    cell: ({ created_at }) => <Ago at={created_at} />,
  },
];

/** For operators, who may read them. */
const LINES: Column<AlertRow> = {
  title: 'Logs',
  width: '4.5rem',
  isWide: true,
  cell: ({ device_id, created_at }) => (
    <Link
      to="/ui/logs"
      search={logsSearch({ device: device_id, at: Date.parse(created_at ?? '') })}
      aria-label={`lines of ${device_id}`}
    >
      lines
    </Link>
  ),
};

/** Alerts, the last raised first; those that the stream tells of change as they do. */
export function AlertsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayAct = useMay('operator');
  // The alerts themselves: one stays chosen where it leaves the list meanwhile.
  const [chosen, setChosen] = useState(NONE);
  const toggle = (alert: AlertRow): void =>
    setChosen((before) => {
      const after = new Map(before);
      if (!after.delete(alert.id)) after.set(alert.id, alert);
      return after;
    });
  const change = (changed: Changed): void =>
    void navigate({ search: (old) => alertsSearch({ ...old, ...changed }), replace: true });
  return (
    <div className="page fill">
      <title>Alerts · IoT telemetry</title>
      <h1>Alerts</h1>
      <Filters search={search} change={change} />
      {mayAct && <ActOnAlerts chosen={[...chosen.values()]} done={() => setChosen(NONE)} />}
      <Rows search={search} chooser={mayAct ? chooser(chosen, toggle) : undefined} />
    </div>
  );
}

function Filters({ search, change }: { search: AlertsSearch; change: (changed: Changed) => void }) {
  const sensors = useQuery(sensorsQuery).data?.data ?? [];
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label="Status"
        value={search.status ?? ''}
        options={[
          ['', 'Active'],
          ['acknowledged', 'Acknowledged'],
          ['pending', 'Pending'],
          ['resolved', 'Resolved'],
          ['all', 'All'],
        ]}
        onChange={(status) => change({ status })}
      />
      <Choice
        label="Severity"
        value={search.severity ?? ''}
        options={[
          ['', 'Any'],
          ['critical', 'Critical'],
          ['warning', 'Warning'],
        ]}
        onChange={(severity) => change({ severity })}
      />
      <Choice
        label="Sensor"
        value={search.sensor ?? ''}
        options={[['', 'Any'], ...sensors.map(({ name }) => [name, sensorLabel(name)] as const)]}
        onChange={(sensor) => change({ sensor })}
      />
      <Field
        label="Device"
        value={search.device ?? ''}
        placeholder="whole id"
        onChange={(device) => change({ device })}
      />
    </form>
  );
}

function Rows({
  search,
  chooser,
}: {
  search: AlertsSearch;
  chooser: Column<AlertRow> | undefined;
}) {
  const { status = 'active', severity, device, sensor } = search;
  const list = useInfiniteQuery(
    listQuery('/alerts/recent', {
      ...(status !== 'all' && { status }),
      ...(severity && { severity }),
      ...(device && { device_id: device }),
      ...(sensor && { sensor_type: sensor }),
    }),
  );
  const live = useLive((state) => state.alerts);
  const rows = useMemo(
    () => withLive(list.data?.pages.flatMap(({ data }) => data) ?? [], live, search),
    [list.data, live, search],
  );
  const columns = chooser ? [chooser, ...COLUMNS, LINES] : COLUMNS;
  const { fetchNextPage, isFetchingNextPage } = list;
  const onMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  if (list.isError)
    return <Failed what="Alerts" error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading what="alerts" />;
  if (rows.length === 0 && !list.hasNextPage)
    return (
      <Empty title={status === 'active' ? 'No alert is active' : 'There are no such alerts'}>
        {Object.keys(search).length > 0 && (
          <Link to="/ui/alerts" search={{}}>
            Show all that are active
          </Link>
        )}
      </Empty>
    );
  return (
    <VirtualTable
      label="Alerts"
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      more={list.hasNextPage}
      onMore={onMore}
    />
  );
}
