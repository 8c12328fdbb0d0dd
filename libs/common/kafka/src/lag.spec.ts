import { jest } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { consumerMetrics, createRegistry } from '@iot/metrics';
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
  fetchTopicOffsets: jest.fn(() =>
    Promise.resolve(
      [0, 1, 2].map((partition) => ({
        partition,
        offset: '100',
        high: '100',
        low: partition === 1 ? '70' : '0',
      })),
    ),
  ),
};

const settled = () => jest.advanceTimersByTimeAsync(0);

describe('consumer lag', () => {
  beforeEach(() => jest.useFakeTimers({ now: AT }));
  afterEach(() => jest.useRealTimers());

  async function assigned() {
    const registry = createRegistry('worker');
    const lag = new LagMonitor(
      () => broker as unknown as Admin,
      'group',
      consumerMetrics(registry),
    );
    lag.assign({ [TOPIC]: [0, 1] });
    await settled();
    const series = async (name: string): Promise<object> =>
      Object.fromEntries(
        (await registry.getSingleMetric(name)!.get()).values.map(({ labels, value }) => [
          labels['partition'],
          value,
        ]),
      );
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

  describe('of a consumer that fetches', () => {
    const REFRESH_MS = 10_000;

    it('follows the ends that are fetched, without a question to the broker', async () => {
      const { lag, series } = await assigned();
      lag.start();
      broker.fetchTopicOffsets.mockClear();
      for (let ms = 0; ms < 3 * REFRESH_MS; ms += 2000) {
        lag.heard(TOPIC, 0, '120');
        lag.heard(TOPIC, 1, '100');
        lag.heard(TOPIC, 2, '100');
        lag.heard('another', 0, '100');
        await jest.advanceTimersByTimeAsync(2000);
      }
      expect(await series('consumer_lag_records')).toEqual({ 0: 30, 1: 30 });
      expect(await series('consumer_lag_seconds')).toEqual({ 0: 30, 1: 30 });
      expect(broker.fetchTopicOffsets).not.toHaveBeenCalled();
      lag.stop();
    });

    it('is asked of the broker again as soon as a partition is not fetched from', async () => {
      const { lag, series } = await assigned();
      lag.start();
      broker.fetchTopicOffsets.mockClear();
      lag.heard(TOPIC, 0, '90');
      for (let ms = 0; ms < REFRESH_MS; ms += 2000) {
        lag.heard(TOPIC, 1, '120');
        await jest.advanceTimersByTimeAsync(2000);
      }
      expect(broker.fetchTopicOffsets.mock.calls).toEqual([[TOPIC]]);
      expect(await series('consumer_lag_records')).toEqual({ 0: 10, 1: 30 });
      lag.stop();
    });

    it('is asked of the broker after each assignment, as what was committed is not fetched', async () => {
      const { lag } = await assigned();
      lag.heard(TOPIC, 0, '100');
      lag.heard(TOPIC, 1, '100');
      broker.fetchTopicOffsets.mockClear();
      lag.assign({ [TOPIC]: [0, 1] });
      lag.heard(TOPIC, 0, '100');
      lag.heard(TOPIC, 1, '100');
      await settled();
      expect(broker.fetchTopicOffsets).toHaveBeenCalledTimes(1);
      expect(lag.total()).toBe(40);
    });
  });
});
