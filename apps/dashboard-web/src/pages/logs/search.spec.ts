import { lineFilters, lineTimes, logsSearch } from './search.js';

it('takes from the address what makes sense', () => {
  expect(
    logsSearch({
      service: 'alerts-worker',
      level: 'warn',
      device: 7,
      trace: 'a'.repeat(32),
      text: 'x',
      last: '86400000',
      more: 1,
    }),
  ).toEqual({
    service: 'alerts-worker',
    level: 'warn',
    device: '7',
    trace: 'a'.repeat(32),
    last: 86_400_000,
  });
  expect(logsSearch({ level: 'loud', trace: 'A', last: 5, service: {} })).toEqual({});
});

it('asks the API by its names', () => {
  expect(lineFilters({ device: 'd', event: 'e', text: 'no', last: 1 })).toEqual({
    device_id: 'd',
    event_id: 'e',
    text: 'no',
  });
});

it('looks around a moment, where the address has one, and back from now where it has none', () => {
  const AT = Date.parse('2026-01-31T12:00:00Z');
  expect(logsSearch({ at: String(AT), last: 86_400_000 })).toEqual({ at: AT });
  expect(lineTimes({ at: AT, device: 'd' }, AT * 2)).toEqual({
    from: String(AT - 900_000),
    to: String(AT + 900_000),
  });
  expect(lineTimes({}, AT)).toEqual({ from: String(AT - 3_600_000) });
  for (const at of ['', 'x', -1, 1.5, 8.64e15, null, {}]) expect(logsSearch({ at })).toEqual({});
});
