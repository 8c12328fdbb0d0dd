import fc from 'fast-check';
import { terminalLine } from './log-line.js';

describe('terminalLine', () => {
  it('shows warnings and worse with their service and the error that came with them', () => {
    expect(terminalLine('alerts-worker', '{"level":"warn","msg":"lagging"}', false)).toBe(
      '[alerts-worker] WARN lagging',
    );
    expect(
      terminalLine('a', '{"level":50,"msg":"store failed","err":{"message":"E1"}}', false),
    ).toBe('[a] ERROR store failed: E1');
    expect(terminalLine('a', '{"level":"error","msg":"no","error":"boom"}', false)).toBe(
      '[a] ERROR no: boom',
    );
    expect(
      terminalLine('a', '{"level":"warn","msg":"no readings","reason":"refused"}', false),
    ).toBe('[a] WARN no readings: refused');
  });

  it('shows nothing that a terminal obeys, and never more than a line, whatever a process writes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('\x1b]0;owned\x07', '\x9b31m', '\u202e', 'x'.repeat(1_700_000)),
    );
    const lines = fc.oneof(
      text,
      fc
        .record({ level: fc.oneof(text, fc.constant('error')), msg: text, error: text })
        .map((entry) => JSON.stringify(entry)),
    );
    fc.assert(
      fc.property(lines, (line) => {
        const shown = terminalLine('a', line, true) ?? '';
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(shown.length).toBeLessThanOrEqual(700);
      }),
    );
  });

  it('keeps the rest for --verbose', () => {
    const line = '{"level":"info","msg":"listening"}';
    expect(terminalLine('a', line, false)).toBeUndefined();
    expect(terminalLine('a', line, true)).toBe('[a] INFO listening');
  });

  it('shows what is not a log line, such as the stack of a crash, and no empty lines', () => {
    expect(terminalLine('a', 'Error: x', false)).toBe('[a] Error: x');
    expect(terminalLine('a', '{broken', false)).toBe('[a] {broken');
    expect(terminalLine('a', '{"no":"level"}', false)).toBe('[a] {"no":"level"}');
    expect(terminalLine('a', '  ', true)).toBeUndefined();
  });
});
