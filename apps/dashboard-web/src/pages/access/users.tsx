import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { MadeUserAnswer, PasswordAnswer, UserRow } from '../../api/schema.js';
import { checkUser } from '../../core/check-user.js';
import type { FormField } from '../../core/form-values.js';
import { ActButton } from '../../parts/act-button.js';
import { Form } from '../../parts/form.js';
import { Refused } from '../../parts/refused.js';
import { SecretOnce, type Made } from '../../parts/secret-once.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago, Moment } from '../../parts/time.js';
import { useAct } from '../../parts/use-act.js';
import { useSession } from '../../shell/session.js';
import { ROLES } from './roles.js';

const SHOWN = 200;

const FIELDS: readonly FormField[] = [
  { name: 'name', kind: 'text', label: 'Name', hint: '1–64 of a–z 0–9 . _ @ + -' },
  { name: 'role', kind: 'choice', label: 'Role', options: ROLES },
  {
    name: 'password',
    kind: 'secret',
    label: 'Password',
    hint: '12 to 256 characters; empty: one is made, and shown once',
  },
];

const USERS: readonly SimpleColumn<UserRow>[] = [
  { title: 'User', cell: ({ name }) => name },
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
  {
    title: 'Changed',
    isNumber: true,
    isWide: true,
    cell: ({ updated_at }) => <Ago at={updated_at} />,
  },
];

/** Who may log in, and as what. */
export function Users() {
  const { me } = useSession();
  const client = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<Made>();
  const { refused, act } = useAct('users');
  const users = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => read('/users', { limit: SHOWN }, { signal }),
  });
  const of = (name: string, path = ''): string => addressOf(`/users/{name}${path}`, {}, name);
  const patch = (name: string, body: object): void => act(() => change('PATCH', of(name), body));
  const told = (name: string, { password }: PasswordAnswer): void =>
    setMade(
      password === undefined ? undefined : { what: `The password of ${name}`, secret: password },
    );
  const add = async (body: object): Promise<void> => {
    const user = (await change('POST', '/users', body)) as MadeUserAnswer;
    told(user.name, user);
    setAdding(false);
    await client.invalidateQueries({ queryKey: ['users'] });
  };
  const setPassword = async (name: string): Promise<void> =>
    told(name, (await change('POST', of(name, '/password'), {})) as PasswordAnswer);
  const role: SimpleColumn<UserRow> = {
    title: 'Role',
    cell: ({ name, role: current }) =>
      name === me?.name ? (
        current
      ) : (
        <select
          aria-label={`Role of ${name}`}
          value={current}
          onChange={({ target }) => patch(name, { role: target.value })}
        >
          {ROLES.map(([each]) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ),
  };
  const acts: SimpleColumn<UserRow> = {
    title: 'Change',
    cell: ({ name, blocked_at }) =>
      name === me?.name ? (
        'you'
      ) : (
        <span className="acts">
          <ActButton
            verb={blocked_at === null ? 'Block' : 'Allow'}
            to={name}
            act={() => patch(name, { blocked: blocked_at === null })}
          />
          <ActButton
            verb="New password"
            to={name}
            sure="The present one ends. Make a new one?"
            act={() => act(() => setPassword(name))}
          />
          <ActButton
            verb="Remove"
            to={name}
            sure="Remove the user?"
            act={() => act(() => change('DELETE', of(name)))}
          />
        </span>
      ),
  };
  return (
    <>
      <SimpleTable
        title="Users"
        what="users"
        query={{ ...users, data: users.data?.data }}
        columns={[USERS[0]!, role, ...USERS.slice(1), acts]}
        keyOf={({ name }) => name}
        none="There are no users"
      />
      <Refused text={refused} />
      <SecretOnce made={made} away={() => setMade(undefined)} />
      {isAdding ? (
        <Form
          title="New user"
          start={{ name: '', role: 'viewer', password: '' }}
          fields={() => FIELDS}
          check={checkUser}
          send={add}
          verb="Make the user"
          cancel={() => setAdding(false)}
        />
      ) : (
        <div className="acts">
          <button type="button" onClick={() => setAdding(true)}>
            New user
          </button>
        </div>
      )}
    </>
  );
}
