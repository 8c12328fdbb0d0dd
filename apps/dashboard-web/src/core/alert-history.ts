import type { AlertAnswer } from '../api/schema.js';
import { count, measured } from './format.js';

/** Something that happened to an alert. */
export interface Happening {
  readonly at: string;
  readonly what: string;
  /** Who did it; undefined: a reading, or the clock. */
  readonly by?: string;
  /** What they said. */
  readonly text?: string;
}

/** What happened to an alert, the first first. */
export function historyOf({ alert, notes }: AlertAnswer): Happening[] {
  const all: (Happening | false)[] = [
    alert.timestamp !== null && {
      at: alert.timestamp,
      what: `It began: ${measured(alert.value)}, where the bound is ${measured(alert.threshold)}.`,
    },
    alert.created_at !== null && { at: alert.created_at, what: 'It was raised.' },
    alert.acknowledged_at !== null && {
      at: alert.acknowledged_at,
      what: 'Acknowledged.',
      ...(alert.acknowledged_by !== null && { by: alert.acknowledged_by }),
      ...(alert.acknowledgement_note !== null && { text: alert.acknowledgement_note }),
    },
    ...notes.map(({ at, by, text }) => at !== null && { at, what: 'A note.', by, text }),
    alert.last_seen !== null &&
      alert.occurrences > 1 && {
        at: alert.last_seen,
        what: `The last of ${count(alert.occurrences)} readings of it: ${measured(alert.last_value)}.`,
      },
    alert.resolved_at !== null && {
      at: alert.resolved_at,
      what: alert.resolved_reason === null ? 'It was over.' : `It ended: ${alert.resolved_reason}.`,
    },
  ];
  return all.filter((one) => one !== false).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
