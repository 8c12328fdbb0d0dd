import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { deviceSearchQuery, listQuery } from '../../api/queries.js';
import type { DeviceRow } from '../../api/schema.js';
import { count } from '../../core/format.js';
import { useLive } from '../../live/use-live.js';
import { Choice, Field } from '../../parts/fields.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { Moment } from '../../parts/time.js';
import { DeviceTable } from './device-table.js';
import { devicesSearch, type DevicesSearch } from './search.js';

const route = getRouteApi('/ui/devices');
/** As the overview counts them. */
const SILENT_MS = 15 * 60_000;
/** So many pages are kept fresh. */
const FRESH_PAGES = 2;
const FRESH_MS = 10_000;

/** All devices, the one that was last seen first. */
export function DevicesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: Readonly<Record<string, string>>): void =>
    void navigate({ search: (old) => devicesSearch({ ...old, ...changed }), replace: true });
  const known = useLive((state) => state.overview?.devices_known);
  return (
    <div className="page fill">
      <title>Devices · IoT telemetry</title>
      <h1>Devices {known !== undefined && <span className="count">{count(known)}</span>}</h1>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field label="Id begins with" value={search.q ?? ''} onChange={(q) => change({ q })} />
        <Choice
          label="Show"
          value={search.show ?? ''}
          options={[
            ['', 'All'],
            ['reporting', 'Seen in the last 15 min'],
            ['silent', 'Silent for 15 min'],
          ]}
          onChange={(show) => change({ show })}
        />
      </form>
      {search.q === undefined ? (
        <ByTime search={search} />
      ) : (
        <Found prefix={search.q} search={search} />
      )}
    </div>
  );
}

function ByTime({ search: { show } }: { search: DevicesSearch }) {
  const client = useQueryClient();
  // By the minute: the server reads a page once for all who ask for the same.
  const [edge] = useState(() => Math.floor((Date.now() - SILENT_MS) / 60_000) * 60_000);
  const query = listQuery('/devices/recent', {
    ...(show === 'silent' && { to: String(edge) }),
    ...(show === 'reporting' && { from: String(edge) }),
  });
  const list = useInfiniteQuery({
    ...query,
    // Who has scrolled far reads, and would have all of that fetched again.
    refetchInterval: ({ state }) =>
      (state.data?.pages.length ?? 0) <= FRESH_PAGES ? FRESH_MS : false,
  });
  const isOld = (list.data?.pages.length ?? 0) > FRESH_PAGES;
  const rows = useMemo(() => once(list.data?.pages.flatMap(({ data }) => data) ?? []), [list.data]);
  const { fetchNextPage, isFetchingNextPage } = list;
  const onMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  if (list.isError)
    return <Failed what="Devices" error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading what="devices" />;
  if (rows.length === 0 && !list.hasNextPage)
    return show === undefined ? (
      <Empty title="No device has reported yet">
        <p>A device appears here with its first reading.</p>
      </Empty>
    ) : (
      <Empty title={show === 'silent' ? 'No device is silent' : 'No device reports'}>
        <Link to="/ui/devices" search={{}}>
          Show all devices
        </Link>
      </Empty>
    );
  return (
    <>
      {isOld && (
        <p className="note">
          As of <Moment at={new Date(list.dataUpdatedAt).toISOString()} />.{' '}
          <button type="button" onClick={() => void client.resetQueries(query)}>
            Begin anew
          </button>
        </p>
      )}
      <DeviceTable rows={rows} more={list.hasNextPage} onMore={onMore} />
    </>
  );
}

const nothing = (): void => undefined;

function Found({ prefix, search: { show } }: { prefix: string; search: DevicesSearch }) {
  const found = useQuery(deviceSearchQuery(prefix));
  if (found.isError)
    return <Failed what="Devices" error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Loading what="devices" />;
  const edge = Date.now() - SILENT_MS;
  const rows = found.data.data.filter(
    ({ last_seen }) =>
      show === undefined || (show === 'silent') === Date.parse(last_seen ?? '') < edge,
  );
  if (rows.length === 0)
    return (
      <Empty title="No such device">
        <p>No id begins with what you typed. Small and capital letters differ.</p>
      </Empty>
    );
  return (
    <>
      {found.data.more && <p className="note">More begin so; type on to see the one you want.</p>}
      <DeviceTable rows={rows} more={false} onMore={nothing} />
    </>
  );
}

/** A device that reported while pages were fetched may be in two of them. */
function once(rows: readonly DeviceRow[]): DeviceRow[] {
  const seen = new Set<string>();
  return rows.filter(({ device_id }) => !seen.has(device_id) && seen.add(device_id));
}
