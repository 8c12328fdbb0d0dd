import type { LiveOverview } from '../../api/schema.js';
import { attention } from './attention.js';

const NOW = 1_000_000_000_000;
const QUIET: LiveOverview = {
  at: new Date(NOW).toISOString(),
  readings_per_second: 5,
  readings_stored: 100,
  devices_known: 3,
  devices_reporting: 3,
  alerts: { warning: 0, critical: 0 },
  last_received: new Date(NOW - 1000).toISOString(),
  lag: [{ group: 'g', members: 1, records: 3, seconds: 2, at_least: false }],
  dead_letters: 0,
  kafka_reason: null,
  services: [
    { name: 'a', state: 'up', detail: '' },
    { name: 'b', state: 'unknown', detail: '' },
  ],
};
const texts = (changed: Partial<LiveOverview>): string[] =>
  attention({ ...QUIET, ...changed }, NOW).map(({ text }) => text);

describe('what needs attention', () => {
  it.each<[string, Partial<LiveOverview>, string[]]>([
    ['nothing', {}, []],
    ['an empty database', { devices_known: 0, devices_reporting: 0, last_received: null }, []],
    ['a dead letter', { dead_letters: 1 }, ['1 dead letter']],
    ['dead letters that nobody may count', { dead_letters: null }, []],
    ['silence', { devices_reporting: 1 }, ['2 devices silent for 15 min or longer']],
    [
      'no readings',
      { last_received: new Date(NOW - 400_000).toISOString() },
      ['no reading for 6 min'],
    ],
    [
      'lag',
      { lag: [{ group: 'g', members: 1, records: 900, seconds: 90, at_least: true }] },
      ['g is at least 1 min behind (900 records)'],
    ],
    [
      'the gravest first',
      {
        dead_letters: 2,
        alerts: { warning: 1, critical: 2 },
        services: [{ name: 'w', state: 'down', detail: 'gone' }],
      },
      ['w: gone', '2 critical alerts', '2 dead letters', '1 warning'],
    ],
    ['Kafka away', { kafka_reason: 'Kafka does not answer', lag: [] }, ['Kafka does not answer']],
  ])('%s', (_what, changed, expected) => expect(texts(changed)).toEqual(expected));
});
