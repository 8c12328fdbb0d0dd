import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { CredentialRow, GroupKeys, IssuedCredential } from '../../api/schema.js';
import type { FormField } from '../../core/form-values.js';
import { ActButton } from '../../parts/act-button.js';
import { Form } from '../../parts/form.js';
import { Refused } from '../../parts/refused.js';
import { SecretOnce, type Made } from '../../parts/secret-once.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Moment } from '../../parts/time.js';
import { useAct } from '../../parts/use-act.js';

const FIELDS: readonly FormField[] = [
  { name: 'name', kind: 'text', label: 'Name', hint: 'For people' },
  {
    name: 'scope',
    kind: 'text',
    label: 'Devices',
    hint: 'An id; the beginning of ids and a *; or * for any device',
  },
  {
    name: 'expires_at',
    kind: 'time',
    label: 'Valid until',
    hint: 'In your time zone; empty: until it is revoked',
  },
];

const ROWS: readonly SimpleColumn<CredentialRow>[] = [
  { title: 'Name', cell: ({ name }) => name },
  { title: 'Id', isWide: true, cell: ({ id }) => <span className="id">{id}</span> },
  { title: 'Devices', cell: ({ scope }) => <span className="id">{scope}</span> },
  { title: 'State', isWide: true, cell: ({ state }) => state },
  {
    title: 'Valid until',
    isNumber: true,
    isWide: true,
    cell: ({ expires_at }) => (expires_at ? <Moment at={expires_at} /> : 'it is revoked'),
  },
];

const KINDS = {
  keys: { title: 'Device keys', what: 'device key', none: 'There are no device keys' },
  groups: { title: 'Enrolment groups', what: 'enrolment group', none: 'There are no groups' },
} as const;

/** Device keys, or groups from whose secret the keys of many devices follow. */
export function Credentials({ kind }: { kind: keyof typeof KINDS }) {
  const { title, what, none } = KINDS[kind];
  const client = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<Made>();
  const [group, setGroup] = useState<CredentialRow>();
  const { refused, act } = useAct(kind);
  const rows = useQuery({
    queryKey: [kind],
    queryFn: ({ signal }) => read(`/${kind}`, {}, { signal }),
  });
  const told = (name: string, answer: unknown): void =>
    setMade({ what: `The secret of ${name}`, secret: (answer as IssuedCredential).secret });
  const add = async (body: object): Promise<void> => {
    told((body as { name: string }).name, await change('POST', `/${kind}`, body));
    setAdding(false);
    await client.invalidateQueries({ queryKey: [kind] });
  };
  const rotate = async ({ id, name }: CredentialRow): Promise<void> =>
    told(name, await change('POST', addressOf(`/${kind}/{id}/rotate`, {}, id), {}));
  const acts: SimpleColumn<CredentialRow> = {
    title: 'Change',
    cell: (row) => (
      <span className="acts">
        {kind === 'groups' && <ActButton verb="Devices" to={row.name} act={() => setGroup(row)} />}
        <ActButton verb="Rotate" to={row.name} act={() => act(() => rotate(row))} />
        <ActButton
          verb="Revoke"
          to={row.name}
          sure="Its devices are locked out. Revoke it?"
          act={() => act(() => change('DELETE', addressOf(`/${kind}/{id}`, {}, row.id)))}
        />
      </span>
    ),
  };
  return (
    <>
      <SimpleTable
        title={title}
        what={`${what}s`}
        query={{ ...rows, data: rows.data?.data }}
        columns={[...ROWS, acts]}
        keyOf={({ id }) => id}
        none={none}
      />
      <Refused text={refused} />
      <SecretOnce made={made} away={() => setMade(undefined)} />
      {group && (
        <GroupDevices
          key={group.id}
          group={rows.data?.data.find(({ id }) => id === group.id) ?? group}
          act={act}
          told={setMade}
          away={() => setGroup(undefined)}
        />
      )}
      {isAdding ? (
        <Form
          title={`New ${what}`}
          start={{ name: '', scope: '', expires_at: '' }}
          fields={() => FIELDS}
          send={add}
          verb={`Make the ${what}`}
          cancel={() => setAdding(false)}
        />
      ) : (
        <div className="acts">
          <button type="button" onClick={() => setAdding(true)}>
            New {what}
          </button>
        </div>
      )}
    </>
  );
}

const DEVICES: readonly FormField[] = [
  {
    name: 'device_ids',
    kind: 'list',
    label: 'Device ids',
    hint: 'With commas between them; their keys are shown',
  },
];
const BLOCK: readonly FormField[] = [
  { name: 'device', kind: 'text', label: 'Device id', hint: 'Its key is taken no more' },
  { name: 'reason', kind: 'text', label: 'Why', hint: 'For the audit' },
];

interface GroupProps {
  readonly group: CredentialRow;
  readonly act: (work: () => Promise<unknown>) => void;
  readonly told: (made: Made) => void;
  readonly away: () => void;
}

/** The devices of a group: their keys, and those that are blocked. */
function GroupDevices({ group: { id, name, blocked = [] }, act, told, away }: GroupProps) {
  const client = useQueryClient();
  const [round, setRound] = useState(0);
  const blockOf = (device: string): string =>
    addressOf(`/groups/{id}/blocked/${encodeURIComponent(device)}`, {}, id);
  const showKeys = async (body: object): Promise<void> => {
    const { keys } = (await change(
      'POST',
      addressOf('/groups/{id}/keys', {}, id),
      body,
    )) as GroupKeys;
    const secret = keys.map(({ device_id, key }) => `${device_id} ${key}`).join('\n');
    told({ what: `Keys of devices of ${name}`, secret });
  };
  const block = async ({ device = '', ...body }: { device?: string }): Promise<void> => {
    await change('PUT', blockOf(device), body);
    setRound(round + 1);
    await client.invalidateQueries({ queryKey: ['groups'] });
  };
  return (
    <section aria-label={`Devices of ${name}`}>
      <h2>Devices of {name}</h2>
      <Form
        title="Keys of devices"
        start={{ device_ids: '' }}
        fields={() => DEVICES}
        send={showKeys}
        verb="Show the keys"
        cancel={away}
      />
      <Form
        key={round}
        title="Block a device"
        start={{ device: '', reason: '' }}
        fields={() => BLOCK}
        check={({ device }): Record<string, string> =>
          String(device).trim() === '' ? { device: 'Which one?' } : {}
        }
        send={block}
        verb="Block"
      />
      {blocked.length > 0 && (
        <ul className="acts" aria-label="Blocked devices">
          {blocked.map((device) => (
            <li key={device}>
              <span className="id">{device}</span>{' '}
              <ActButton
                verb="Allow"
                to={device}
                act={() => act(() => change('DELETE', blockOf(device)))}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
