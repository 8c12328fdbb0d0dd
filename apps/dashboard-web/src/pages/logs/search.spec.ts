import { lineFilters, logsSearch } from './search.js';

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
