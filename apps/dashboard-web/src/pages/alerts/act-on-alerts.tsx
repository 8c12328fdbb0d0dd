import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf } from '../../api/client.js';
import { change } from '../../api/change.js';
import type { AlertRow } from '../../api/schema.js';
import { Choice } from '../../parts/fields.js';
import { Text } from '../../parts/inputs.js';
import { useSession } from '../../shell/session.js';
import { actOnEach, outcomeText } from './act-on-each.js';

const HOUR_MS = 3_600_000;
const MUTE_FOR = [
  ['1', '1 h'],
  ['8', '8 h'],
  ['24', '1 d'],
  ['168', '7 d'],
] as const;

interface Props {
  readonly chosen: readonly AlertRow[];
  readonly done: () => void;
}

/** What an operator does about the alerts that are chosen. What was typed stays until it worked. */
export function ActOnAlerts({ chosen, done }: Props) {
  const client = useQueryClient();
  const { me } = useSession();
  const [note, setNote] = useState('');
  const [hours, setHours] = useState('8');
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const act = async (what: string, each: (alert: AlertRow) => Promise<unknown>): Promise<void> => {
    setBusy(true);
    const outcome = await actOnEach(chosen, each);
    setBusy(false);
    setSaid(outcomeText(what, outcome));
    void client.invalidateQueries({ queryKey: ['list'] });
    if (outcome.failed.length > 0) return;
    setNote('');
    done();
  };
  const acknowledge = (): Promise<void> =>
    act('acknowledged', async ({ id }) => {
      const address = addressOf('/alerts/{id}/acknowledge', {}, id);
      const now = (await change('POST', address, note === '' ? {} : { note })) as AlertRow;
      return now.acknowledged_by === me?.name ? 'done' : 'before';
    });
  const mute = (): Promise<void> =>
    act('muted', ({ device_id, sensor_type, rule }) =>
      change('POST', '/mutes', {
        selector: { device: device_id, ...(sensor_type !== null && { sensor: sensor_type }) },
        ...(rule && { rule }),
        to: new Date(Date.now() + Number(hours) * HOUR_MS).toISOString(),
        reason: note,
      }),
    );
  return (
    <section
      className="act card"
      aria-label="Chosen alerts"
      hidden={chosen.length === 0 && said === ''}
    >
      <p role="status">{chosen.length > 0 ? `${chosen.length} chosen` : said}</p>
      {chosen.length > 0 && (
        <>
          <Text label="Note" value={note} onChange={setNote} hint="A mute needs one: why" />
          <button
            type="button"
            className="primary"
            disabled={busy}
            onClick={() => void acknowledge()}
          >
            Acknowledge
          </button>
          <Choice label="Mute for" value={hours} options={MUTE_FOR} onChange={setHours} />
          <button type="button" disabled={busy || note.trim() === ''} onClick={() => void mute()}>
            Mute
          </button>
          {said !== '' && <p role="alert">{said}</p>}
        </>
      )}
    </section>
  );
}
