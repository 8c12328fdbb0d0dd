import { negotiate } from './media-type.js';

const OFFERED = ['application/json', 'text/csv', 'application/x-ndjson'] as const;

describe('negotiation of the format', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV; charset=utf-8', 'text/csv'],
    ['text/*', 'text/csv'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['text/csv, */*', 'text/csv'],
    ['text/csv;q=0.5, */*;q=0.8', 'application/json'],
    ['application/json;q=0, */*', 'text/csv'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
    ['text/csv;q=0.9,application/x-ndjson', 'application/x-ndjson'],
    ['image/png', undefined],
    ['text/csv;q=0', undefined],
    ['text/csv;q=nonsense', undefined],
    ['texty/csv, application', undefined],
  ])('%j gives %s', (accept, expected) => {
    expect(negotiate(accept, OFFERED)).toBe(expected);
  });
});
