import { jest } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { consumerMetrics, createRegistry } from '../metrics/index.js';
import { LagMonitor } from './lag.js';

const TOPIC = 'telemetry.raw';
const AT = 1_790_000_000_000;

/** What the broker says: three partitions, of which the group has committed one. */
const broker = {
  fetchOffsets: () =>
    Promise.resolve([
      {
        topic: TOPIC,
        partitions: [
          { partition: 0, offset: '90' },
          { partition: 1, offset: '-1' },
        ],
      },
    ]),
  fetchTopicOffsets: () =>
    Promise.resolve([0, 1, 2].map((partition) => ({ partition, offset: '100', high: '100', low: partition === 1 ? '70' : '0' }))),
} as unknown as Admin;

const settled = () => jest.advanceTimersByTimeAsync(0);

describe('consumer lag', () => {
  beforeEach(() => jest.useFakeTimers({ now: AT }));
  afterEach(() => jest.useRealTimers());

  async function assigned() {
    const registry = createRegistry('worker');
    const lag = new LagMonitor(() => broker, 'group', consumerMetrics(registry));
    lag.assign({ [TOPIC]: [0, 1] });
    await settled();
    const series = async (name: string): Promise<object> =>
      Object.fromEntries((await registry.getSingleMetric(name)!.get()).values.map(({ labels, value }) => [labels['partition'], value]));
    return { lag, series };
  }

  it('is known as soon as partitions are assigned: from what is committed, or from the beginning', async () => {
    const { lag, series } = await assigned();
    expect(await series('consumer_lag_records')).toEqual({ 0: 10, 1: 30 });
    expect(lag.total()).toBe(40);
  });

  it('grows in seconds from the assignment on while nothing is handled, and then follows the age of what is handled', async () => {
    const { lag, series } = await assigned();
    lag.start();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await series('consumer_lag_seconds')).toEqual({ 0: 20, 1: 20 });
    lag.advance(TOPIC, 0, 95n, AT - 300_000, 100n);
    lag.advance(TOPIC, 1, 100n, AT - 300_000, 100n);
    lag.advance(TOPIC, 2, 5n, AT, 100n);
    expect(await series('consumer_lag_seconds')).toEqual({ 0: 320, 1: 0 });
    lag.stop();
  });
});
