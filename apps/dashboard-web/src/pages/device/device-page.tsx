import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { rangeOf, type Span } from '../../api/history.js';
import { deviceAlertsQuery, deviceQuery, sensorsQuery } from '../../api/queries.js';
import type { DeviceRow } from '../../api/schema.js';
import { useNow, useWatched } from '../../live/use-live.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { Ago } from '../../parts/time.js';
import { useMay } from '../../shell/session.js';
import { useZone } from '../../shell/theme.js';
import { panned, zoomed, type Range } from '../../core/resolution.js';
import type { ChartActs } from './chart.js';
import { DeviceAlerts } from './device-alerts.js';
import { LastErrors } from './last-errors.js';
import { LatestValues } from './latest-values.js';
import { Readings } from './readings.js';
import { SensorChart } from './sensor-chart.js';
import { Spans } from './spans.js';
import './device.css';

const route = getRouteApi('/ui/devices/$id');
const USUAL_MS = 3_600_000;
/** Alerts are asked for by the minute, so that they are not other ones each second. */
const MINUTE = 60_000;

/** One device: what it says now, and what it said. */
export function DevicePage() {
  const { id } = route.useParams();
  const fetched = useQuery(deviceQuery(id));
  const live = useWatched(id);
  const device = live ?? fetched.data;
  const title = <title>{`${id} · IoT telemetry`}</title>;
  if (fetched.isError && !device)
    return <Failed what="The device" error={fetched.error} again={() => void fetched.refetch()} />;
  if (device === undefined) return <Loading what="the device" />;
  if (device === null)
    return (
      <Empty title="No such device has reported">
        {title}
        <p className="id">{id}</p>
        <p>It appears here with its first reading.</p>
        <Link to="/ui/devices">All devices</Link>
      </Empty>
    );
  return (
    <div className="page">
      {title}
      <Device device={device} key={id} />
    </div>
  );
}

const newestOf = ({ latest }: DeviceRow): number =>
  Math.max(0, ...Object.values(latest).map(({ ts }) => Date.parse(ts ?? '') || 0));

function Device({ device }: { device: DeviceRow }) {
  const { device_id: id } = device;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = useZone();
  // The newest reading may be of this second: a chart that ends before it would not show it whole.
  const now = Math.max(useNow(), Math.min(newestOf(device), Date.now() + MINUTE));
  const mayReadLogs = useMay('operator');
  const units = new Map(useQuery(sensorsQuery).data?.data.map(({ name, unit }) => [name, unit]));
  const span: Span =
    search.from !== undefined && search.to !== undefined
      ? { from: search.from, to: search.to }
      : { last: search.last ?? USUAL_MS };
  const range = rangeOf(span, now);
  const asked = {
    from: Math.floor(range.from / MINUTE) * MINUTE,
    to: Math.ceil(range.to / MINUTE) * MINUTE,
  };
  const alerts = useQuery(deviceAlertsQuery(id, asked.from, asked.to)).data?.data ?? [];
  const show = ({ from, to }: Range): void => void navigate({ search: { from, to } });
  const acts: ChartActs = {
    show,
    zoom: (times) => show(zoomed(range, times)),
    pan: (part) => show(panned(range, part)),
  };
  const sensors = Object.keys(device.latest).sort();
  return (
    <>
      <h1>
        <span className="device-id">{id}</span>
        <span className="count">
          seen <Ago at={device.last_seen} />, first <Ago at={device.first_seen} />
        </span>
      </h1>
      {mayReadLogs && (
        <p>
          <Link to="/ui/logs" search={{ device: id }}>
            Logs of this device
          </Link>
        </p>
      )}
      <LatestValues device={device} units={units} />
      <Spans
        span={span}
        range={range}
        choose={(last) => void navigate({ search: { last } })}
        acts={acts}
      />
      <div className="charts">
        {sensors.map((sensor) => (
          <SensorChart
            key={sensor}
            id={id}
            sensor={sensor}
            unit={units.get(sensor) ?? ''}
            span={span}
            range={range}
            zone={zone}
            latest={device.latest[sensor]}
            alerts={alerts.filter(({ sensor_type }) => sensor_type === sensor)}
            acts={acts}
          />
        ))}
      </div>
      <DeviceAlerts alerts={alerts} />
      <LastErrors id={id} />
      <Readings id={id} range={asked} sensors={sensors} units={units} />
    </>
  );
}
