import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf } from '../../api/client.js';
import { versionQuery, versionsQuery } from '../../api/logic-queries.js';
import type { LogicVersion } from '../../api/schema.js';
import { ActButton } from '../../parts/act-button.js';
import { Refused } from '../../parts/refused.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Failed, Loading } from '../../parts/states.js';
import { Ago } from '../../parts/time.js';
import { useAct } from '../../parts/use-act.js';
import { useMay } from '../../shell/session.js';

const Difference = lazy(() => import('./difference.js'));

const COLUMNS: readonly SimpleColumn<LogicVersion>[] = [
  {
    title: 'Version',
    cell: ({ version, active }) => (
      <>
        {version} {active && <span className="count">runs</span>}
      </>
    ),
  },
  { title: 'Written', cell: ({ created_at }) => <Ago at={created_at} /> },
  { title: 'By', isWide: true, cell: ({ created_by }) => created_by },
  { title: 'What changed', cell: ({ note }) => note ?? '–' },
];

/** The versions of a program, how each differs from what is written above, and the way back. */
export function Versions({ pattern, text }: { pattern: string; text: string }) {
  const client = useQueryClient();
  const isAdmin = useMay('admin');
  const versions = useQuery(versionsQuery(pattern));
  const [compared, setCompared] = useState<number>();
  const { refused, act } = useAct('logic');
  const activate = async (version: number): Promise<void> => {
    await change('POST', addressOf('/machines/{id}/logic/activate', {}, pattern), { version });
    await client.invalidateQueries({ queryKey: ['machine', pattern] });
  };
  const acts: SimpleColumn<LogicVersion> = {
    title: 'Change',
    cell: ({ version, active }) => (
      <span className="acts">
        <button
          type="button"
          aria-label={`Compare version ${version}`}
          aria-pressed={compared === version}
          onClick={() => setCompared(compared === version ? undefined : version)}
        >
          Compare
        </button>
        {isAdmin && !active && (
          <ActButton
            verb="Run"
            to={`version ${version}`}
            sure={`Have version ${version} run?`}
            act={() => act(() => activate(version))}
          />
        )}
      </span>
    ),
  };
  if (versions.data?.data.length === 0) return null;
  return (
    <>
      <SimpleTable
        title="Versions"
        what="versions"
        query={{ ...versions, data: versions.data?.data }}
        columns={[...COLUMNS, acts]}
        keyOf={({ version }) => String(version)}
        none="There are none"
      />
      <Refused text={refused} />
      {compared !== undefined && <Compared pattern={pattern} version={compared} text={text} />}
    </>
  );
}

interface ComparedProps {
  readonly pattern: string;
  readonly version: number;
  readonly text: string;
}

function Compared({ pattern, version, text }: ComparedProps) {
  const before = useQuery(versionQuery(pattern, version));
  return (
    <section aria-label={`Version ${version} and the program above`}>
      <h2>From version {version} to the program above</h2>
      {before.data ? (
        <Suspense fallback={<Loading what="the difference" />}>
          <Difference before={before.data.logic} after={text} />
        </Suspense>
      ) : before.error ? (
        <Failed what="The version" error={before.error} again={() => void before.refetch()} />
      ) : (
        <Loading what="the version" />
      )}
    </section>
  );
}
