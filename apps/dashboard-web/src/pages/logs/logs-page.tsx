import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { listQuery } from '../../api/queries.js';
import type { LogRow } from '../../api/schema.js';
import { Choice, Field } from '../../parts/fields.js';
import { SimpleTable } from '../../parts/simple-table.js';
import { moment } from '../../core/format.js';
import { Moment } from '../../parts/time.js';
import { useZone } from '../../shell/theme.js';
import { COLUMNS } from './line.js';
import {
  DEFAULT_SPAN,
  LEVELS,
  lineFilters,
  lineTimes,
  logsSearch,
  SPANS,
  type LogsSearch,
} from './search.js';
import { useTail } from './use-tail.js';

const route = getRouteApi('/ui/logs');
type Change = (changed: Readonly<Partial<Record<keyof LogsSearch, string>>>) => void;

/** The choice of times that a link brought. */
const AROUND = 'around';

/** What the services logged: searched, and followed as it comes. */
export function LogsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [follow, setFollow] = useState(false);
  const change: Change = (changed) =>
    void navigate({ search: (old) => logsSearch({ ...old, ...changed }), replace: true });
  return (
    <div className="page">
      <title>Logs · IoT telemetry</title>
      <h1>Logs</h1>
      <Filters search={search} change={change}>
        <label className="check">
          <input
            type="checkbox"
            checked={follow && search.at === undefined}
            disabled={search.at !== undefined}
            onChange={({ target }) => setFollow(target.checked)}
          />{' '}
          Follow
        </label>
      </Filters>
      <Lines search={search} follow={follow && search.at === undefined} />
    </div>
  );
}

function Filters({
  search,
  change,
  children,
}: {
  search: LogsSearch;
  change: Change;
  children: React.ReactNode;
}) {
  const zone = useZone();
  const { at } = search;
  const spans = SPANS.map(([ms, name]) => [String(ms), name] as const);
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label="Time"
        value={at === undefined ? String(search.last ?? DEFAULT_SPAN) : AROUND}
        options={at === undefined ? spans : [[AROUND, `Around ${moment(at, zone)}`], ...spans]}
        onChange={(last) => last !== AROUND && change({ last, at: '' })}
      />
      <Choice
        label="Level"
        value={search.level ?? ''}
        options={[
          ['', 'Any'],
          ...LEVELS.slice(1).map((level) => [level, `${level} or worse`] as const),
        ]}
        onChange={(level) => change({ level })}
      />
      <Field
        label="Service"
        value={search.service ?? ''}
        placeholder="whole name"
        onChange={(service) => change({ service })}
      />
      <Field
        label="Device"
        value={search.device ?? ''}
        placeholder="whole id"
        onChange={(device) => change({ device })}
      />
      <Field
        label="Trace"
        value={search.trace ?? ''}
        placeholder="32 digits"
        onChange={(trace) => change({ trace })}
      />
      <Field
        label="Text"
        value={search.text ?? ''}
        placeholder="a part of it"
        onChange={(text) => change({ text })}
      />
      {children}
    </form>
  );
}

function Lines({ search, follow }: { search: LogsSearch; follow: boolean }) {
  // The same times for all pages of a search.
  const times = useMemo(() => lineTimes(search, Date.now()), [search]);
  const list = useInfiniteQuery(listQuery('/logs', { ...times, ...lineFilters(search) }));
  const { lines, trouble } = useTail(search, follow);
  const rows = useMemo(() => {
    const found = list.data?.pages.flatMap(({ data }) => data) ?? [];
    const ids = new Set(found.map(({ id }) => id));
    return [...lines.filter(({ id }) => !ids.has(id)), ...found] as LogRow[];
  }, [lines, list.data]);
  const cut = list.data?.pages.at(-1)?.cut ?? null;
  return (
    <>
      {trouble && (
        <p className="note" role="status">
          {trouble}
        </p>
      )}
      <SimpleTable
        title="Lines, the newest first"
        what="lines"
        query={{
          data: list.data && rows,
          error: list.error,
          refetch: () => list.refetch(),
        }}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        none={cut ? 'None found so far' : 'There are no such lines'}
      />
      {cut && (
        <p>
          {cut.why === 'search' && (
            <>
              Looked through back to <Moment at={cut.at} />; there may be more.{' '}
            </>
          )}
          <button
            type="button"
            disabled={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Show older ones
          </button>
        </p>
      )}
    </>
  );
}
