import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import type { RedriveAnswer, RedriveBody } from '../../api/schema.js';
import { count } from '../../core/format.js';
import { Refused } from '../../parts/refused.js';
import '../../parts/form.css';
import './dead-letters.css';

type Which = Omit<RedriveBody, 'dry_run'>;

/** Sends dead letters to the group that failed, after saying what that would be. */
export function Redrive({ which }: { which: Which }) {
  const client = useQueryClient();
  const [answer, setAnswer] = useState<RedriveAnswer>();
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const what = which.place === undefined ? 'these' : 'this one';
  const run = async (dryRun: boolean): Promise<void> => {
    setBusy(true);
    setRefused(undefined);
    try {
      const body: RedriveBody = { ...which, dry_run: dryRun };
      setAnswer((await change('POST', '/dead-letters/redrive', body)) as RedriveAnswer);
      if (!dryRun) await client.invalidateQueries({ queryKey: ['dead-letters'] });
    } catch (error) {
      setRefused((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const would = answer?.dry_run ? answer.sent.reduce((sum, one) => sum + one.count, 0) : 0;
  return (
    <section className="redrive" aria-label={`Send ${what} back`}>
      <div className="acts">
        <button type="button" disabled={busy} onClick={() => void run(true)}>
          {busy ? 'Asking …' : `What if ${what} ${which.place ? 'was' : 'were'} sent back?`}
        </button>
        {would > 0 && (
          <button type="button" className="primary" disabled={busy} onClick={() => void run(false)}>
            Send {count(would)} back
          </button>
        )}
      </div>
      {answer && <Outcome answer={answer} />}
      <Refused text={refused} />
    </section>
  );
}

function Outcome({ answer }: { answer: RedriveAnswer }) {
  const { dry_run, sent, already_redriven, redriven_too_often, refused, refused_count } = answer;
  const lines = [
    ...sent.map(
      ({ topic, count: n }) => `${count(n)} ${dry_run ? 'would go' : 'went'} to ${topic}.`,
    ),
    ...(sent.length === 0 ? [dry_run ? 'Nothing would be sent.' : 'Nothing was sent.'] : []),
    ...(already_redriven > 0
      ? [`${count(already_redriven)} were sent back before, and are not sent again.`]
      : []),
    ...(redriven_too_often > 0
      ? [`${count(redriven_too_often)} failed again each time: mend the cause first.`]
      : []),
    ...(refused_count > 0 ? [`${count(refused_count)} cannot be sent:`] : []),
  ];
  return (
    <div role="status" className="words">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {refused.length > 0 && (
        <ul>
          {refused.map(({ place, reason }) => (
            <li key={place}>
              <span className="id">{place}</span>: {reason}
            </li>
          ))}
        </ul>
      )}
      {answer.groups_not_running.map((group) => (
        <p key={group}>{group} does not run: what is sent to it waits until it does.</p>
      ))}
    </div>
  );
}
