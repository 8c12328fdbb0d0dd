import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { IssuedTokenAnswer, TokenRow } from '../../api/schema.js';
import type { FormField } from '../../core/form-values.js';
import { ActButton } from '../../parts/act-button.js';
import { Form } from '../../parts/form.js';
import { Refused } from '../../parts/refused.js';
import { SecretOnce, type Made } from '../../parts/secret-once.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Moment } from '../../parts/time.js';
import { useAct } from '../../parts/use-act.js';
import { ROLES } from './roles.js';

const SHOWN = 200;

const FIELDS: readonly FormField[] = [
  { name: 'name', kind: 'text', label: 'Name', hint: 'Of the program that uses it' },
  { name: 'role', kind: 'choice', label: 'Role', options: ROLES },
  {
    name: 'expires_at',
    kind: 'time',
    label: 'Valid until',
    hint: 'In your time zone; empty: until it is revoked',
  },
];

const TOKENS: readonly SimpleColumn<TokenRow>[] = [
  { title: 'Token', cell: ({ name }) => name },
  { title: 'Id', isWide: true, cell: ({ id }) => <span className="id">{id}</span> },
  { title: 'Role', cell: ({ role }) => role },
  {
    title: 'Valid until',
    isNumber: true,
    isWide: true,
    cell: ({ expires_at }) => (expires_at ? <Moment at={expires_at} /> : 'it is revoked'),
  },
  {
    title: 'Secret before until',
    isNumber: true,
    isWide: true,
    cell: ({ old_secret_ends_at }) => <Moment at={old_secret_ends_at} />,
  },
];

/** What programs use in place of a name and a password. */
export function Tokens() {
  const client = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<Made>();
  const { refused, act } = useAct('tokens');
  const tokens = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => read('/tokens', { limit: SHOWN }, { signal }),
  });
  const told = (name: string, answer: unknown): void =>
    setMade({ what: `The token ${name}`, secret: (answer as IssuedTokenAnswer).token });
  const add = async (body: object): Promise<void> => {
    told((body as { name: string }).name, await change('POST', '/tokens', body));
    setAdding(false);
    await client.invalidateQueries({ queryKey: ['tokens'] });
  };
  const rotate = async ({ id, name }: TokenRow): Promise<void> =>
    told(name, await change('POST', addressOf('/tokens/{id}/rotate', {}, id), {}));
  const acts: SimpleColumn<TokenRow> = {
    title: 'Change',
    cell: (row) => (
      <span className="acts">
        <ActButton verb="Rotate" to={row.name} act={() => act(() => rotate(row))} />
        <ActButton
          verb="Revoke"
          to={row.name}
          sure="Whoever uses it is locked out. Revoke it?"
          act={() => act(() => change('DELETE', addressOf('/tokens/{id}', {}, row.id)))}
        />
      </span>
    ),
  };
  return (
    <>
      <SimpleTable
        title="Service tokens"
        what="tokens"
        query={{ ...tokens, data: tokens.data?.data }}
        columns={[...TOKENS, acts]}
        keyOf={({ id }) => id}
        none="There are no service tokens"
      />
      <Refused text={refused} />
      <SecretOnce made={made} away={() => setMade(undefined)} />
      {isAdding ? (
        <Form
          title="New service token"
          start={{ name: '', role: 'viewer', expires_at: '' }}
          fields={() => FIELDS}
          send={add}
          verb="Make the token"
          cancel={() => setAdding(false)}
        />
      ) : (
        <div className="acts">
          <button type="button" onClick={() => setAdding(true)}>
            New service token
          </button>
        </div>
      )}
    </>
  );
}
