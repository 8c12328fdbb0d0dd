import { faultsOf } from './check.js';

const bodyOf = (body: string): string => `function process(data, state, context) { ${body} }`;

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
