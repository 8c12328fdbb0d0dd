import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { AuditRow, TokenRow, UserRow } from '../../api/schema.js';
import { shortened } from '../../core/format.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Empty } from '../../parts/states.js';
import { Ago, Moment } from '../../parts/time.js';
import { useMay, useSession } from '../../shell/session.js';

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
      <Tokens />
      <Audit />
    </div>
  );
}

const USERS: readonly SimpleColumn<UserRow>[] = [
  { title: 'User', cell: ({ name }) => name },
  { title: 'Role', cell: ({ role }) => role },
  {
    title: 'State',
    cell: ({ blocked_at }) =>
      blocked_at ? <span className="pill critical">blocked</span> : 'may log in',
  },
  {
    title: 'Made',
    isNumber: true,
    isWide: true,
    cell: ({ created_at }) => <Moment at={created_at} />,
  },
  { title: 'Changed', isNumber: true, cell: ({ updated_at }) => <Ago at={updated_at} /> },
];

function Users() {
  const { me } = useSession();
  const client = useQueryClient();
  const [refused, setRefused] = useState<string>();
  const users = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => read('/users', { limit: SHOWN }, { signal }),
  });
  const block = (name: string, blocked: boolean): void => {
    setRefused(undefined);
    change('PATCH', addressOf('/users/{name}', {}, name), { blocked }).then(
      () => client.invalidateQueries({ queryKey: ['users'] }),
      (error: unknown) => setRefused((error as Error).message),
    );
  };
  const acts: SimpleColumn<UserRow> = {
    title: 'Change',
    cell: ({ name, blocked_at }) =>
      name === me?.name ? (
        'you'
      ) : (
        <button
          type="button"
          onClick={() => block(name, blocked_at === null)}
          aria-label={`${blocked_at === null ? 'Block' : 'Allow'} ${name}`}
        >
          {blocked_at === null ? 'Block' : 'Allow'}
        </button>
      ),
  };
  return (
    <>
      <SimpleTable
        title="Users"
        what="users"
        query={{ ...users, data: users.data?.data }}
        columns={[...USERS, acts]}
        keyOf={({ name }) => name}
        none="There are no users"
      />
      {refused !== undefined && (
        <p className="refused" role="alert">
          {refused}
        </p>
      )}
    </>
  );
}

const TOKENS: readonly SimpleColumn<TokenRow>[] = [
  { title: 'Token', cell: ({ name }) => name },
  { title: 'Id', isWide: true, cell: ({ id }) => <span className="id">{id}</span> },
  { title: 'Role', cell: ({ role }) => role },
  {
    title: 'Valid until',
    isNumber: true,
    cell: ({ expires_at }) => (expires_at ? <Moment at={expires_at} /> : 'it is revoked'),
  },
];

function Tokens() {
  const tokens = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => read('/tokens', { limit: SHOWN }, { signal }),
  });
  return (
    <SimpleTable
      title="Service tokens"
      what="tokens"
      query={{ ...tokens, data: tokens.data?.data }}
      columns={TOKENS}
      keyOf={({ id }) => id}
      none="There are no service tokens"
    />
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
