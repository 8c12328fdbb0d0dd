import { targetText } from './text-table.js';

it.each([
  [{ metric: 'p99_ms', runs: [40, 60], atMost: 50 }, 'p99 ms ≤ 50 met'],
  [{ metric: 'p99_ms', runs: [40, 62], atMost: 50 }, 'p99 ms ≤ 50 missed'],
  [{ metric: 'rate', runs: [9000, 11_000], atLeast: 10_000 }, 'events/s ≥ 10000 met'],
  [{ metric: 'rate', runs: [9000, 10_000], atLeast: 10_000 }, 'events/s ≥ 10000 missed'],
  [{ metric: 'rate', runs: [9000] }, ''],
])('says of %j that %j', (figure, text) => expect(targetText(figure)).toBe(text));
