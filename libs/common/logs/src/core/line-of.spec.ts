import fc from 'fast-check';
import { lineOf } from './line-of.js';
import { LEVELS, levelOfNumber, levelOfText, SEVERITIES } from './severity.js';

const writer = { service: 'probe', instance: 'h:1', version: '1.0.0', process: 'abc' };

it('has the names of OpenTelemetry, and an id that no other line has', () => {
  const text = JSON.stringify({
    level: 'warn',
    time: '2026-01-31T12:00:00.000Z',
    service: 'probe',
    device_id: 'd1',
    trace_id: 'f'.repeat(32),
    err: { type: 'TypeError', message: 'no', stack: 'at x', code: 7 },
    msg: 'cannot',
  });
  expect(lineOf(text, 37, writer)).toEqual({
    id: 'abc-00000011',
    timestamp: '2026-01-31T12:00:00.000Z',
    severity_text: 'WARN',
    severity_number: 13,
    body: 'cannot',
    trace_id: 'f'.repeat(32),
    resource: { 'service.name': 'probe', 'service.instance.id': 'h:1', 'service.version': '1.0.0' },
    attributes: {
      device_id: 'd1',
      'exception.type': 'TypeError',
      'exception.message': 'no',
      'exception.stacktrace': 'at x',
      err: { code: 7 },
    },
  });
});

it('is bounded, whatever the line says, and keeps what it is about', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(30_000), (more, length) => {
      const text = JSON.stringify({
        ...more,
        level: 'error',
        msg: 'm',
        device_id: 'd',
        x: 'x'.repeat(length),
      });
      const line = lineOf(text, 0, writer);
      expect(JSON.stringify(line.attributes).length).toBeLessThan(9000);
      expect(line).toMatchObject({ severity_number: 17, attributes: { device_id: 'd' } });
    }),
  );
});

it('takes what is no JSON for a text', () => {
  expect(lineOf('oops\n', 0, writer)).toMatchObject({ body: 'oops', severity_text: 'INFO' });
});

it('knows levels by name and by number', () => {
  for (const level of LEVELS) {
    expect(levelOfNumber(SEVERITIES[level])).toBe(level);
    expect(levelOfNumber(SEVERITIES[level] + 3)).toBe(level);
    expect(levelOfText(level.toUpperCase())).toBe(level);
  }
  expect(['ERROR2', 'warning', 'notice', 'constructor', ''].map(levelOfText)).toEqual([
    'error',
    'warn',
    'info',
    undefined,
    undefined,
  ]);
  expect([0, 25, NaN].map(levelOfNumber)).toEqual([undefined, undefined, undefined]);
});
