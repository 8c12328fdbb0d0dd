import { consumerMetrics } from './consumer-metrics.js';
import { createRegistry, metricsIn } from './registry.js';

const samples = async (registry: ReturnType<typeof createRegistry>, name: string) =>
  (await registry.getSingleMetric(name)!.get()).values.map(({ labels, value }) => [labels, value]);

describe('the series of a counter', () => {
  it('begin at 0 for every combination of the labels that are known', async () => {
    const registry = createRegistry('test');
    metricsIn(registry).counter('tried_total', 'help', ['what', 'outcome'], {
      what: ['a', 'b'],
      outcome: ['good', 'bad'],
    });
    expect(await samples(registry, 'tried_total')).toEqual(
      ['a', 'b'].flatMap((what) => ['good', 'bad'].map((outcome) => [{ what, outcome }, 0])),
    );
  });

  it('begin with their first event where none is known', async () => {
    const registry = createRegistry('test');
    const counter = metricsIn(registry).counter('tried_total', 'help', ['what']);
    expect(await samples(registry, 'tried_total')).toEqual([]);
    counter.inc({ what: 'a' });
    expect(await samples(registry, 'tried_total')).toEqual([[{ what: 'a' }, 1]]);
  });

  it('are there for dead letters before the first of them', async () => {
    const registry = createRegistry('test');
    consumerMetrics(registry);
    expect(await samples(registry, 'records_dead_lettered_total')).toContainEqual([
      { stage: 'decode', reason: 'not_json' },
      0,
    ]);
  });
});
