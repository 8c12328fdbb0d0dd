import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/client.js';
import type { AuditRow } from '../../api/schema.js';
import { shortened } from '../../core/format.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Empty } from '../../parts/states.js';
import { Moment } from '../../parts/time.js';
import { useMay, useSession } from '../../shell/session.js';
import { Credentials } from './credentials.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';

const SHOWN = 200;

/** Who may do what here, and who did what: for admins. */
export function AccessPage() {
  const { ways } = useSession();
  const isAdmin = useMay('admin');
  const title = <title>Access · IoT telemetry</title>;
  if (ways && !ways.auth)
    return (
      <Empty title="AUTH is off">
        {title}
        <p>
          Anyone who reaches this page may do everything. docs/security.md says how to change it.
        </p>
      </Empty>
    );
  if (!isAdmin) return <Empty title="This is for admins">{title}</Empty>;
  return (
    <div className="page">
      {title}
      <h1>Access</h1>
      <Users />
      <Credentials kind="keys" />
      <Credentials kind="groups" />
      <Tokens />
      <Audit />
    </div>
  );
}

const AUDIT: readonly SimpleColumn<AuditRow>[] = [
  { title: 'When', cell: ({ at }) => <Moment at={at} /> },
  { title: 'Who', cell: ({ actor, actor_kind }) => `${actor} (${actor_kind})` },
  { title: 'What', cell: ({ action }) => action.replaceAll('_', ' ') },
  { title: 'Outcome', cell: ({ outcome }) => outcome },
  { title: 'To', isWide: true, cell: ({ target }) => shortened(target, 80) },
  { title: 'From', isWide: true, cell: ({ source }) => source },
];

function Audit() {
  const audit = useQuery({
    queryKey: ['audit'],
    queryFn: ({ signal }) => read('/audit', { limit: SHOWN }, { signal }),
  });
  return (
    <SimpleTable
      title="Audit, the newest first"
      what="the audit"
      query={{ ...audit, data: audit.data?.data }}
      columns={AUDIT}
      keyOf={({ id }) => id}
      none="Nothing happened yet"
    />
  );
}
