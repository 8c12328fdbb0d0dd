import { encodingOf, eventIdOf, formatOf } from './content.js';

describe('formatOf', () => {
  it.each([
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['Application/JSON;Charset="UTF-8"', 'json'],
    ['application/json; charset=us-ascii', 'json'],
    ['application/x-ndjson', 'ndjson'],
    ['application/x-ndjson; charset=utf-8', 'ndjson'],
    ['application/jsonl', 'ndjson'],
    ['application/json; charset=utf-16', undefined],
    ['application/json; charset=iso-8859-1', undefined],
    ['application/x-www-form-urlencoded', undefined],
    ['text/plain', undefined],
    ['application/jsonx', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %p is %p', (header, format) => {
    expect(formatOf(header)).toBe(format);
  });
});

describe('encodingOf', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate', 'deflate'],
    [' br ', 'br'],
    ['zstd', undefined],
    ['gzip, gzip', undefined],
  ])('of %p is %p', (header, encoding) => {
    expect(encodingOf(header)).toBe(encoding);
  });
});

describe('eventIdOf', () => {
  it.each([
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"quoted"', 'quoted'],
    ['', undefined],
    ['""', undefined],
    ['with space', undefined],
    ['a/b', undefined],
    ['x'.repeat(65), undefined],
  ])('of %p is %p', (header, id) => {
    expect(eventIdOf(header)).toBe(id);
  });
});
