import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf } from '../../api/client.js';
import type { ReceiverRow, SavedReceiver } from '../../api/schema.js';
import { valuesOf, type Values } from '../../core/form-values.js';
import { ActButton } from '../../parts/act-button.js';
import { Form } from '../../parts/form.js';
import { Refused } from '../../parts/refused.js';
import { SecretOnce, type Made } from '../../parts/secret-once.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { useAct } from '../../parts/use-act.js';
import { useMay } from '../../shell/session.js';
import { NEW_RECEIVER, receiverFields } from './receiver-fields.js';

const RECEIVERS: readonly SimpleColumn<ReceiverRow>[] = [
  { title: 'Receiver', cell: ({ name }) => <span className="id">{name}</span> },
  { title: 'By', cell: ({ kind }) => (kind === 'email' ? 'e-mail' : kind) },
  { title: 'Where', isWide: true, cell: ({ url, url_env, to }) => url ?? url_env ?? to.join(', ') },
  { title: 'In use', isWide: true, cell: ({ enabled }) => (enabled ? 'yes' : 'no') },
  { title: 'Kept by', isWide: true, cell: ({ source }) => source },
];

/** What the form holds of a receiver that is there: not what is secret. */
function valuesOfReceiver(row: ReceiverRow): Values {
  const { url: _shown, rate_limit_count: count, rate_limit_per_s: per_s, ...rest } = row;
  const held = { ...rest, rate_limit: { count, per_s } };
  return valuesOf(receiverFields({ kind: row.kind }, false), held);
}

const madeOf = ({ name, secret }: SavedReceiver): Made | undefined =>
  secret === undefined ? undefined : { what: `The secret of ${name}`, secret };

interface Props {
  readonly query: {
    readonly data: readonly ReceiverRow[] | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
}

export function Receivers({ query }: Props) {
  const client = useQueryClient();
  const mayAct = useMay('operator');
  const [edited, setEdited] = useState<ReceiverRow | 'new'>();
  const [made, setMade] = useState<Made>();
  const { refused, act } = useAct('receivers');
  const of = (name: string, path = ''): string => addressOf(`/receivers/{name}${path}`, {}, name);
  const before = edited === 'new' ? undefined : edited;
  const save = async (body: object): Promise<void> => {
    const saved = before
      ? await change('PUT', of(before.name), body)
      : await change('POST', '/receivers', body);
    setMade(madeOf(saved as SavedReceiver));
    setEdited(undefined);
    await client.invalidateQueries({ queryKey: ['receivers'] });
  };
  const rotate = async (name: string): Promise<void> =>
    setMade(madeOf((await change('POST', of(name, '/rotate-secret'))) as SavedReceiver));
  const test = async (name: string): Promise<void> => {
    await change('POST', of(name, '/test'));
    await client.invalidateQueries({ queryKey: ['notifications'] });
  };
  const acts: SimpleColumn<ReceiverRow> = {
    title: 'Change',
    cell: (row) => (
      <span className="acts">
        <ActButton verb="Test" to={row.name} act={() => act(() => test(row.name))} />
        {row.source === 'api' && (
          <>
            <ActButton verb="Edit" to={row.name} act={() => setEdited(row)} />
            {row.kind === 'webhook' && row.url_env === null && (
              <ActButton verb="New secret" to={row.name} act={() => act(() => rotate(row.name))} />
            )}
            <ActButton
              verb="Delete"
              to={row.name}
              sure="Delete it?"
              act={() => act(() => change('DELETE', of(row.name)))}
            />
          </>
        )}
      </span>
    ),
  };
  return (
    <>
      <SimpleTable
        title="Receivers"
        what="receivers"
        query={query}
        columns={mayAct ? [...RECEIVERS, acts] : RECEIVERS}
        keyOf={({ name }) => name}
        none="Nobody is told of alerts: there is no receiver"
      />
      <Refused text={refused} />
      <SecretOnce made={made} away={() => setMade(undefined)} />
      {mayAct && edited === undefined && (
        <div className="acts">
          <button type="button" onClick={() => setEdited('new')}>
            New receiver
          </button>
        </div>
      )}
      {mayAct && edited !== undefined && (
        <Form
          key={before?.name ?? ''}
          title={before ? `Receiver ${before.name}` : 'New receiver'}
          start={before ? valuesOfReceiver(before) : NEW_RECEIVER}
          fields={(values) => receiverFields(values, !before)}
          send={save}
          verb="Save"
          cancel={() => setEdited(undefined)}
        />
      )}
    </>
  );
}
