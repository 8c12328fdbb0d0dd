import { readdirSync, readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { namesIn } from './promql.js';
import { dashboards, ROOT, rules } from './rules.js';
import { buildServices, emittedBy, FOREIGN, TARGET_LABELS, type Vocabulary } from './vocabulary.js';

jest.setTimeout(300_000);

let services: NestFastifyApplication[];
let known: Vocabulary;
const alerts = rules.filter(({ alert }) => alert !== undefined);

beforeAll(async () => {
  services = await buildServices();
  known = new Map([...FOREIGN, ...emittedBy(services)]);
  // A recorded series has what its sources have; which of it is left, promtool's cases say.
  for (const { record, expr } of rules)
    if (record)
      known.set(
        record,
        new Set(namesIn(expr).selectors.flatMap(({ metric }) => [...(known.get(metric) ?? [])])),
      );
});

/** What a query says of metrics and labels that is not so. */
function faultsOf(query: string): string[] {
  const { selectors, grouping } = namesIn(query);
  const labelsOf = (metric: string): Set<string> =>
    new Set([...(known.get(metric) ?? []), ...TARGET_LABELS]);
  const all = new Set(selectors.flatMap(({ metric }) => [...labelsOf(metric)]));
  return [
    ...selectors
      .filter(({ metric }) => !known.has(metric))
      .map(({ metric }) => `no service has ${metric}`),
    ...selectors.flatMap(({ metric, matchers }) =>
      matchers
        .filter(([label]) => known.has(metric) && !labelsOf(metric).has(label))
        .map(([label]) => `${metric} has no label ${label}`),
    ),
    ...grouping
      .filter((label) => !all.has(label))
      .map((label) => `nothing there has a label ${label}`),
  ];
}

describe('what is asked of Prometheus', () => {
  it('is looked at closely: a misspelt metric or label is found', () => {
    expect(faultsOf('rate(events_stord_total[5m])')).toEqual(['no service has events_stord_total']);
    expect(faultsOf('http_requests_total{code="503"}')).toEqual([
      'http_requests_total has no label code',
    ]);
    expect(faultsOf('sum by (group) (consumer_lag_records)')).toEqual([
      'nothing there has a label group',
    ]);
    expect(faultsOf('sum by (le) (rate(batch_duration_seconds_bucket{job="x"}[5m]))')).toEqual([
      'batch_duration_seconds_bucket has no label job',
    ]);
  });

  it.each(rules.map((rule) => [rule.record ?? rule.alert, rule.expr]))(
    '%s: metrics and labels that there are',
    (_, expr) => {
      expect(namesIn(expr!).selectors).not.toEqual([]);
      expect(faultsOf(expr!)).toEqual([]);
    },
  );

  it('names our services in each selector of a rule: other applications have such metrics, too', () => {
    const foreign = rules.flatMap(({ record, alert, expr }) =>
      namesIn(expr)
        .selectors.filter(({ metric }) => !metric.includes(':') && !FOREIGN.has(metric))
        .filter(({ matchers }) => !matchers.some(([label]) => label === 'service'))
        .map(({ metric }) => `${record ?? alert}: ${metric}`),
    );
    expect(foreign).toEqual([]);
  });

  it.each(dashboards)('%s: metrics and labels that there are', (_, { panels, annotations }) => {
    const queries = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list];
    expect(queries.length).toBeGreaterThan(10);
    expect(queries.flatMap(({ expr }) => faultsOf(expr))).toEqual([]);
    for (const { expr, legendFormat = '' } of queries) {
      const labels = new Set([
        ...TARGET_LABELS,
        ...namesIn(expr).selectors.flatMap(({ metric }) => [...known.get(metric)!]),
      ]);
      for (const [, label] of legendFormat.matchAll(/{{(\w+)}}/g))
        expect([legendFormat, labels.has(label!)]).toEqual([legendFormat, true]);
    }
  });

  it('leaves out no metric of the services, but those that the library counts of every process', () => {
    const asked = new Set(
      [
        ...rules.map(({ expr }) => expr),
        ...dashboards.flatMap(([, { panels }]) =>
          panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
        ),
      ]
        .flatMap((expr) => namesIn(expr).selectors)
        .map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
    );
    const own = [...emittedBy(services).keys()].map((name) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    );
    expect(
      [...new Set(own)].filter((name) => !/^(process|nodejs)_/.test(name) && !asked.has(name)),
    ).toEqual([]);
  });
});

describe('alerts', () => {
  const pages = readdirSync(`${ROOT}docs/runbooks`);
  const cases = readdirSync(`${ROOT}ops/prometheus/tests`)
    .map((file) => readFileSync(`${ROOT}ops/prometheus/tests/${file}`, 'utf8'))
    .join('\n');

  it.each(alerts.map((rule) => [rule.alert!, rule]))(
    '%s says how bad it is, what it is, and where to read on',
    (name, { labels, annotations }) => {
      expect(labels).toEqual({ severity: expect.stringMatching(/^(warning|critical)$/) });
      expect(Object.keys(annotations!)).toEqual(['summary', 'description', 'runbook_url']);
      const [, page] =
        /^RUNBOOK_BASE_URL\/([a-z0-9-]+\.md)$/.exec(annotations!['runbook_url']!) ?? [];
      expect(pages).toContain(page);
      expect(readFileSync(`${ROOT}docs/runbooks/${page}`, 'utf8')).toContain(`**${name}**`);
    },
  );

  it.each(alerts.map((rule) => [rule.alert!, rule]))(
    '%s has labels that its texts name',
    (_, { expr, annotations }) => {
      const labels = new Set([
        ...TARGET_LABELS,
        'service',
        ...namesIn(expr).selectors.flatMap(({ metric }) => [...known.get(metric)!]),
      ]);
      for (const [, label] of Object.values(annotations!)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g))
        expect([...labels]).toContain(label);
    },
  );

  it.each(alerts.map((rule) => [rule.alert!]))(
    '%s has a case for promtool in which it fires',
    (name) => {
      expect(cases).toContain(`ALERTS{alertname="${name}", alertstate="firing"`);
    },
  );

  it('have names of their own, and every runbook is named by one', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const named = new Set(
      alerts.map(({ annotations }) => annotations!['runbook_url']!.split('/').at(-1)),
    );
    expect(pages.filter((page) => !named.has(page))).toEqual([]);
  });

  it('of a runbook exist', () => {
    const names = alerts.map(({ alert }) => alert);
    for (const page of pages)
      for (const [, name] of readFileSync(`${ROOT}docs/runbooks/${page}`, 'utf8').matchAll(
        /\b(Iot[A-Z]\w+)/g,
      ))
        expect(names).toContain(name);
  });
});

describe('dashboards', () => {
  it('are what ops/grafana describes: node ops/grafana/build.mjs writes them', async () => {
    const described = readdirSync(`${ROOT}ops/grafana/dashboards`);
    expect(dashboards.map(([file]) => file)).toEqual(
      described.map((file) => file.replace('.mjs', '.json')),
    );
    for (const [file, dashboard] of dashboards) {
      const source = (await import(
        `${ROOT}ops/grafana/dashboards/${file.replace('.json', '.mjs')}`
      )) as { default: unknown };
      expect([file, dashboard]).toEqual([file, JSON.parse(JSON.stringify(source.default))]);
    }
  });

  it.each(dashboards)(
    '%s has panels that do not overlap, a data source to choose, and a uid after its file',
    (file, { uid, panels, templating }) => {
      expect(uid).toBe(`iot-telemetry-${file.replace('.json', '')}`);
      expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
        ['datasource', 'datasource'],
        ['namespace', 'query'],
      ]);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      expect(JSON.stringify(panels)).not.toMatch(/"uid":"(?!\$\{datasource\})/);
    },
  );
});
