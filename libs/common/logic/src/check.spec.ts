import { faultsOf, PROGRAM_BYTES } from './check.js';

const bodyOf = (body: string): string => `function process(data, state, context) { ${body} }`;

describe('a program', () => {
  const SOUND = bodyOf('return state');
  it.each([
    ['with a byte order mark', `\uFEFF${SOUND}`],
    ['with CRLF', SOUND.replaceAll(' ', '\r\n')],
    ['with other line ends in texts', bodyOf("return '\u2028\u2029'")],
    ['as long as may be', SOUND + ' '.repeat(PROGRAM_BYTES - SOUND.length)],
    [
      'as long as may be in bytes',
      `${SOUND}//${'é'.repeat((PROGRAM_BYTES - SOUND.length) / 2 - 1)}`,
    ],
    [
      'with generators and getters',
      bodyOf('function* g() { yield 1 } return { get a() { return 1 } }'),
    ],
    ['that is a constant', 'const process = (data, state) => state'],
  ])('%s is taken', (_what, text) => expect(faultsOf(text)).toEqual([]));

  it.each([
    ['one byte longer', SOUND + ' '.repeat(PROGRAM_BYTES - SOUND.length + 1), /bytes long/, 1],
    ['of longer bytes', `${SOUND}//${'é'.repeat(PROGRAM_BYTES / 2)}`, /bytes long/, 1],
    ['with a shebang', `#!/usr/bin/env node\n${SOUND}`, /Unexpected/, 1],
    ['with import', `import fs from 'fs';\n${SOUND}`, /import/, 1],
    ['with export', `${SOUND}\nexport { process }`, /export/, 2],
    ['that is async', `\nasync ${SOUND}`, /async/, 2],
    ['that is a generator', `\nfunction* process() { yield 1 }`, /generator/, 2],
    ['that is a class', `class process {}`, /class/, 1],
    [
      'with a line of another end before',
      `//\u2028${SOUND.replace('state }', 'stat }')}`,
      /stat /,
      2,
    ],
    ['that returns beside it', `${SOUND}\nreturn 1`, /return/, 2],
    ['that waits', bodyOf('await 1'), /Unexpected|await/, 1],
    ['that uses with', bodyOf('with (data) return ts'), /with/, 1],
  ])('%s is refused with its line', (_what, text, message, line) => {
    expect(faultsOf(text)[0]).toMatchObject({ line, message: expect.stringMatching(message) });
  });
});

describe('what is nested beyond measure', () => {
  it.each([
    ['parentheses', `return ${'('.repeat(30_000)}1${')'.repeat(30_000)}`],
    ['sums', `return 1${'+1'.repeat(30_000)}`],
    ['members', `return data${'.a'.repeat(30_000)}`],
    ['calls', `return data${'()'.repeat(30_000)}`],
    ['members by key', `return data${'[0]'.repeat(20_000)}`],
    ['optional members', `return data${'?.a'.repeat(20_000)}`],
    ['templates', `return data${'``'.repeat(30_000)}`],
    ['blocks', '{'.repeat(30_000) + '}'.repeat(30_000)],
    ['expressions in a row', `return ${'1,'.repeat(30_000)}1`],
  ])('is refused or read, and never an error: %s', (_what, body) => {
    for (const { message } of faultsOf(bodyOf(body))) expect(message).toMatch(/deep|stack/);
  });
});
