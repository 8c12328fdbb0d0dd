import { readFileSync } from 'node:fs';
import { environment as aggregator } from '../apps/aggregator-worker/src/config.js';
import { environment as alerts } from '../apps/alerts-worker/src/config.js';
import { dashboardEnv } from '../apps/dashboard-api/src/config.js';
import { ingestionEnv } from '../apps/ingestion-api/src/config.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = new Map([...README.matchAll(/^\| `([A-Z_]+)`\s*\|([^|]*)\|/gm)].map(([, name, defaults]) => [name!, defaults!]));

describe('the table of environment variables in the README', () => {
  const services = { ingestion: ingestionEnv, aggregator, alerts, dashboard: dashboardEnv };

  it.each(Object.entries(services))('has every variable of the %s service with its default', (_, spec) => {
    for (const [name, { default: value }] of Object.entries(spec) as [string, { default?: unknown }][]) {
      const text = Array.isArray(value) ? value.join(',') : String(value);
      expect([name, rows.get(name)]).toEqual([name, expect.stringContaining(text === '' ? '' : `\`${text}\``)]);
    }
  });

  it('has no variable that no service reads', () => {
    const known = new Set(Object.values(services).flatMap((spec) => Object.keys(spec)));
    expect([...rows.keys()].filter((name) => !known.has(name))).toEqual([]);
  });
});
