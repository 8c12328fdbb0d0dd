import { readFileSync } from 'node:fs';
import { variablesOf } from './services.js';
import { SERVICES } from './platform.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = new Map(
  [...README.matchAll(/^\| `([A-Z_]+)`\s*\|([^|]*)\|/gm)].map(([, name, defaults]) => [
    name!,
    defaults!,
  ]),
);

describe('the table of environment variables in the README', () => {
  it.each(SERVICES)('has every variable of %s with its default', async (name) => {
    const spec = await variablesOf(name);
    for (const [variable, { default: value }] of Object.entries(spec) as [
      string,
      { default?: unknown },
    ][]) {
      const text = Array.isArray(value) ? value.join(',') : String(value);
      expect([variable, rows.get(variable)]).toEqual([
        variable,
        expect.stringContaining(text === '' ? '' : `\`${text}\``),
      ]);
    }
  });

  it('has no variable that no service reads', async () => {
    const known = new Set(
      (await Promise.all(SERVICES.map(variablesOf))).flatMap((spec) => Object.keys(spec)),
    );
    expect([...rows.keys()].filter((name) => !known.has(name))).toEqual([]);
  });
});
