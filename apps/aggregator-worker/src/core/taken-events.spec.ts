import { firstFacts, parseWindows, takenFrom, type Standing } from '@iot/rollup';
import { WAY_TO_THE_WORKER_MS } from '@iot/telemetry';
import { takenEvents } from './taken-events.js';
import type { TelemetryEvent } from './event.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 31, 12);
const windows = parseWindows(['1m', '1h', '1d']);
const rawRetentionMs = 30 * DAY;
const facts = firstFacts(
  { windows, rollupRetentionMs: {}, rawRetentionMs },
  { complete: new Set(['1m', '1h', '1d']), rawRetentionMs, rawKeptSince: -Infinity },
);
const standing: Standing = { facts, now: NOW };
const from = takenFrom(facts, windows, NOW);

const event = (eventId: string, ts: number): TelemetryEvent => ({
  reading: { eventId, deviceId: 'd', ts, values: { v: 1 } },
  source: `t/0/${eventId}`,
  receivedAt: NOW,
});
const storing =
  (sources: Record<string, string>) =>
  async (events: readonly TelemetryEvent[]): Promise<(string | undefined)[]> =>
    events.map(({ reading }) => sources[reading.eventId]);

it('takes a batch as it is, and asks nothing, when nothing in it is old', async () => {
  const events = [event('a', NOW), event('b', from)];
  const taken = await takenEvents(
    { sourcesOf: () => Promise.reject(new Error('asked')) },
    events,
    windows,
    standing,
  );
  expect(taken.events).toBe(events);
  expect(taken.refused.size).toBe(0);
});

it('refuses what is older than what is kept, whoever stored it', async () => {
  const old = event('old', NOW - 31 * DAY);
  const taken = await takenEvents(
    { sourcesOf: storing({ old: 't/0/old' }) },
    [event('a', NOW), old],
    windows,
    standing,
  );
  expect(taken.events.map(({ reading }) => reading.eventId)).toEqual(['a']);
  expect(taken.refused.get(1)).toEqual({
    refused: expect.stringContaining('cannot be known'),
    reason: 'beyond_retention',
  });
});

it('takes again what is close to that age and this very record stored: its rows may not be written', async () => {
  const close = [
    event('own', from - MINUTE),
    event('other', from - MINUTE),
    event('none', from - MINUTE),
  ];
  const taken = await takenEvents(
    { sourcesOf: storing({ own: 't/0/own', other: 't/1/0' }) },
    close,
    windows,
    standing,
  );
  expect(taken.events.map(({ reading }) => reading.eventId)).toEqual(['own']);
  expect([...taken.refused.keys()]).toEqual([1, 2]);
});

it('says why of times that are no dates too', async () => {
  const { refused } = await takenEvents(
    { sourcesOf: storing({}) },
    [event('x', -9e15)],
    windows,
    standing,
  );
  expect(refused.get(0)?.refused).toContain('-9000000000000000');
});

it('takes what the API accepted most of an hour ago', () => {
  expect(from).toBeLessThanOrEqual(NOW - 50 * MINUTE - rawRetentionMs + WAY_TO_THE_WORKER_MS);
});
