import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { machinesQuery, programsQuery } from '../../api/logic-queries.js';
import type { ActiveLogic, MachineSummary } from '../../api/schema.js';
import { count } from '../../core/format.js';
import { Choice } from '../../parts/fields.js';
import { Text } from '../../parts/inputs.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago } from '../../parts/time.js';
import { useMay } from '../../shell/session.js';

const route = getRouteApi('/ui/logic');
const PATTERN = /^(?=.{1,128}$)[A-Za-z0-9._:-]*(\*|[A-Za-z0-9._:-])$/;

const linkTo = (id: string) => (
  <Link to="/ui/logic/$id" params={{ id }} className="id">
    {id}
  </Link>
);

/** Machines, and the programs that run for them. */
export function LogicPage() {
  const programs = useQuery(programsQuery);
  const isAdmin = useMay('admin');
  return (
    <div className="page">
      <title>Logic · IoT telemetry</title>
      <h1>Logic of machines</h1>
      <SimpleTable
        title="Programs"
        what="programs"
        query={{ ...programs, data: programs.data?.data }}
        columns={PROGRAMS}
        keyOf={({ pattern }) => pattern}
        none="No machine has a program"
      />
      {isAdmin && <NewProgram />}
      <Machines />
    </div>
  );
}

const PROGRAMS: readonly SimpleColumn<ActiveLogic>[] = [
  { title: 'Machines', cell: ({ pattern }) => linkTo(pattern) },
  { title: 'Version', isNumber: true, cell: ({ version }) => count(version) },
  { title: 'Since', isNumber: true, cell: ({ updated_at }) => <Ago at={updated_at} /> },
  { title: 'By', isWide: true, cell: ({ updated_by }) => updated_by },
];

const microseconds = (us: number | null): string => (us === null ? '–' : `${count(us)} µs`);

const MACHINES: readonly SimpleColumn<MachineSummary>[] = [
  { title: 'Machine', cell: ({ id }) => linkTo(id) },
  {
    title: 'Program',
    isWide: true,
    cell: ({ pattern, version }) => (
      <>
        <span className="id">{pattern}</span>, version {version}
      </>
    ),
  },
  {
    title: 'State',
    cell: ({ held }) => (held ? <span className="pill critical">held</span> : 'runs'),
  },
  { title: 'Runs', isNumber: true, cell: ({ runs }) => count(runs) },
  { title: 'Failures', isNumber: true, cell: ({ errors }) => count(errors) },
  { title: 'Results', isNumber: true, isWide: true, cell: ({ results }) => count(results) },
  { title: 'p99', isNumber: true, isWide: true, cell: ({ p99_us }) => microseconds(p99_us) },
  { title: 'Ran', isNumber: true, isWide: true, cell: ({ updated_at }) => <Ago at={updated_at} /> },
];

function Machines() {
  const { held } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(machinesQuery(held === true));
  return (
    <>
      <div className="filters">
        <Choice
          label="Show"
          value={held ? 'held' : ''}
          options={[
            ['', 'All machines'],
            ['held', 'Those whose program is held'],
          ]}
          onChange={(value) =>
            void navigate({ search: value === 'held' ? { held: true } : {}, replace: true })
          }
        />
      </div>
      <SimpleTable
        title="Machines"
        what="machines"
        query={{ ...list, data: list.data?.pages.flatMap(({ data }) => data) }}
        columns={MACHINES}
        keyOf={({ id }) => id}
        none={held ? 'No program is held' : 'No program has run yet'}
      />
      {list.hasNextPage && (
        <div className="acts">
          <button
            type="button"
            disabled={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            More machines
          </button>
        </div>
      )}
    </>
  );
}

/** Leads to where a program is written. */
function NewProgram() {
  const navigate = route.useNavigate();
  const [id, setId] = useState('');
  const isWrong = id !== '' && !PATTERN.test(id);
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (PATTERN.test(id)) void navigate({ to: '/ui/logic/$id', params: { id } });
  };
  return (
    <form className="filters" aria-label="New program" onSubmit={go}>
      <Text
        label="New program for"
        value={id}
        onChange={(text) => setId(text.trim())}
        maxLength={128}
        hint="A device id; the beginning of ids and a *; or * for all"
        error={isWrong ? 'A device id has A–Z a–z 0–9 . _ : -; a * stands at the end' : undefined}
      />
      <button disabled={id === '' || isWrong}>Write it</button>
    </form>
  );
}
