import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { NotificationRow } from '../../api/schema.js';
import { shortened } from '../../core/format.js';
import { ActButton } from '../../parts/act-button.js';
import { Choice } from '../../parts/fields.js';
import { Refused } from '../../parts/refused.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago } from '../../parts/time.js';
import { useAct } from '../../parts/use-act.js';
import { useMay } from '../../shell/session.js';

const SHOWN = 100;
const STATES = [
  ['', 'any'],
  ['pending', 'on its way'],
  ['delivered', 'delivered'],
  ['dead', 'given up'],
] as const;
const WORDS = new Map<string, string>(STATES);

const COLUMNS: readonly SimpleColumn<NotificationRow>[] = [
  { title: 'Made', cell: ({ created_at }) => <Ago at={created_at} /> },
  { title: 'Receiver', cell: ({ receiver }) => receiver },
  { title: 'Route', isWide: true, cell: ({ route }) => route ?? 'a test' },
  { title: 'Alerts', isNumber: true, isWide: true, cell: ({ alerts }) => alerts },
  {
    title: 'State',
    cell: ({ status }) =>
      status === 'dead' ? (
        <span className="pill critical">given up</span>
      ) : (
        (WORDS.get(status) ?? status)
      ),
  },
  { title: 'Attempts', isNumber: true, isWide: true, cell: ({ attempts }) => attempts },
  { title: 'Trouble', isWide: true, cell: ({ last_error }) => shortened(last_error ?? '–', 120) },
];

/** What was told, and what could not be. */
export function Notifications() {
  const mayAct = useMay('operator');
  const [status, setStatus] = useState('');
  const { refused, act } = useAct('notifications');
  const found = useQuery({
    queryKey: ['notifications', status],
    queryFn: ({ signal }) =>
      read(
        '/notifications',
        { limit: SHOWN, status: (status || undefined) as NotificationRow['status'] | undefined },
        { signal },
      ),
    refetchInterval: 5000,
  });
  const acts: SimpleColumn<NotificationRow> = {
    title: 'Change',
    cell: ({ id, status: state, receiver }) =>
      state !== 'pending' && (
        <ActButton
          verb="Send again"
          to={`to ${receiver}`}
          act={() => act(() => change('POST', addressOf('/notifications/{id}/resend', {}, id)))}
        />
      ),
  };
  return (
    <>
      <div className="filters">
        <Choice
          label="State of notifications"
          value={status}
          options={STATES}
          onChange={setStatus}
        />
      </div>
      <Refused text={refused} />
      <SimpleTable
        title="Notifications, the newest first"
        what="notifications"
        query={{ ...found, data: found.data?.data }}
        columns={mayAct ? [...COLUMNS, acts] : COLUMNS}
        keyOf={({ id }) => id}
        none="Nothing of this kind was sent"
      />
    </>
  );
}
