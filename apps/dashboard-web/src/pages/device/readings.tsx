import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { ApiError } from '../../api/client.js';
import { download } from '../../api/download.js';
import { listQuery } from '../../api/queries.js';
import type { TelemetryRow } from '../../api/schema.js';
import { attributesLine, ATTRIBUTES_SHOWN } from '../../core/attributes-line.js';
import { measured, sensorLabel } from '../../core/format.js';
import type { Range } from '../../core/resolution.js';
import { Failed, Loading } from '../../parts/states.js';
import { Moment } from '../../parts/time.js';
import { VirtualTable, type Column } from '../../parts/virtual-table.js';
import { Icon } from '../../shell/icons.js';

/** More sensors than these would not fit beside each other: the CSV has them all. */
const SHOWN_SENSORS = 6;

interface Props {
  readonly id: string;
  readonly range: Range;
  readonly sensors: readonly string[];
  readonly units: ReadonlyMap<string, string>;
}

/** The readings themselves, as a table and as CSV. */
export function Readings({ id, range, sensors, units }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <section aria-label="Readings">
      <h2>
        Readings of this time
        <button type="button" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Hide' : 'Show'}
        </button>
        <Download id={id} range={range} />
      </h2>
      {open && <Rows {...{ id, range, sensors, units }} />}
    </section>
  );
}

function Rows({ id, range, sensors, units }: Props) {
  // Those of the moment when it was opened: rows must not move under the eyes.
  const [fixed] = useState({ from: String(range.from), to: String(range.to) });
  const list = useInfiniteQuery(listQuery('/devices/{id}/telemetry', fixed, id));
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data]);
  const hasAttributes = useMemo(() => rows.some((row) => row.attributes !== undefined), [rows]);
  const columns = useMemo(
    () => columnsOf(sensors, units, hasAttributes),
    [sensors, units, hasAttributes],
  );
  const { fetchNextPage, isFetchingNextPage } = list;
  const onMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  if (list.isError)
    return <Failed what="Readings" error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading what="readings" />;
  if (rows.length === 0 && !list.hasNextPage) return <p className="note">There are none.</p>;
  return (
    <div className="readings">
      <VirtualTable
        label="Readings"
        columns={columns}
        rows={rows}
        keyOf={({ event_id }) => event_id}
        more={list.hasNextPage}
        onMore={onMore}
      />
    </div>
  );
}

/** More than its beginning is in the CSV. */
const ATTRIBUTES_COLUMN: Column<TelemetryRow> = {
  title: 'Attributes',
  width: 'minmax(8rem, 2fr)',
  isWide: true,
  cell: ({ attributes }) => (
    <span title={attributesLine(attributes, ATTRIBUTES_SHOWN.whole)}>
      {attributesLine(attributes, ATTRIBUTES_SHOWN.cell)}
    </span>
  ),
};

function columnsOf(
  sensors: readonly string[],
  units: ReadonlyMap<string, string>,
  hasAttributes: boolean,
): Column<TelemetryRow>[] {
  return [
    { title: 'Measured', width: '11rem', cell: ({ ts }) => <Moment at={ts} /> },
    ...sensors.slice(0, SHOWN_SENSORS).map((sensor, i): Column<TelemetryRow> => ({
      title: `${sensorLabel(sensor)} ${units.get(sensor) ?? ''}`,
      width: 'minmax(6rem, 1fr)',
      isNumber: true,
      isWide: i > 1,
      cell: (row) => measured((row as unknown as Record<string, number>)[sensor]),
    })),
    ...(hasAttributes ? [ATTRIBUTES_COLUMN] : []),
    {
      title: 'Arrived',
      width: '11rem',
      isWide: true,
      isNumber: true,
      cell: ({ received_at }) => <Moment at={received_at} />,
    },
  ];
}

function Download({ id, range }: Pick<Props, 'id' | 'range'>) {
  const [state, setState] = useState<'idle' | 'busy' | ApiError>('idle');
  const start = (): void => {
    setState('busy');
    download(id, range).then(
      () => setState('idle'),
      (error: unknown) => setState(error as ApiError),
    );
  };
  return (
    <>
      <button type="button" onClick={start} disabled={state === 'busy'} className="with-icon">
        <Icon name="down" />
        {state === 'busy' ? 'Preparing …' : 'CSV'}
      </button>
      {typeof state === 'object' && <span role="alert">{state.message}</span>}
    </>
  );
}
