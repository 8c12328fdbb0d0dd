import type { AlertAnswer } from '../api/schema.js';
import { historyOf } from './alert-history.js';

const at = (minute: number): string => `2026-01-31T12:0${minute}:00.000Z`;
const alert = {
  ...{ value: 55, threshold: 50, occurrences: 3, last_value: 56.1 },
  ...{ timestamp: at(0), created_at: at(1), last_seen: at(5), resolved_at: null },
  ...{ acknowledged_at: at(3), acknowledged_by: 'ada', acknowledgement_note: 'on my way' },
} as unknown as AlertAnswer['alert'];

it('puts what happened to an alert in order, with who did it', () => {
  const notes = [
    { at: at(2), by: 'bo', text: 'it is the fan' },
    { at: at(4), by: 'ada', text: 'mended' },
  ];
  expect(historyOf({ alert, notes })).toEqual([
    { at: at(0), what: 'It began: 55, where the bound is 50.' },
    { at: at(1), what: 'It was raised.' },
    { at: at(2), what: 'A note.', by: 'bo', text: 'it is the fan' },
    { at: at(3), what: 'Acknowledged.', by: 'ada', text: 'on my way' },
    { at: at(4), what: 'A note.', by: 'ada', text: 'mended' },
    { at: at(5), what: 'The last of 3 readings of it: 56.1.' },
  ]);
});

it('says how it ended, and nothing that did not happen', () => {
  const over = {
    ...{ ...alert, acknowledged_at: null, occurrences: 1, resolved_at: at(6) },
    resolved_reason: null,
  };
  expect(historyOf({ alert: over, notes: [] }).map(({ what }) => what)).toEqual([
    'It began: 55, where the bound is 50.',
    'It was raised.',
    'It was over.',
  ]);
});
