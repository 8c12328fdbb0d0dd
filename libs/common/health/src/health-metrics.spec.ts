import { createRegistry } from '@iot/metrics';
import { Health } from './health.js';
import { healthMetrics } from './health-metrics.js';

describe('health_check_up', () => {
  it('says of each check whether it is well when somebody asks, also while the process ends', async () => {
    const registry = createRegistry('test');
    const health = new Health();
    healthMetrics(registry, health);
    health.add({ name: 'kafka', check: () => undefined });
    health.add({
      name: 'mongodb',
      check: () => {
        throw new Error('refused');
      },
    });
    const lines = async () =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith('health_check_up'));
    const expected = [
      'health_check_up{check="kafka",service="test"} 1',
      'health_check_up{check="mongodb",service="test"} 0',
    ];
    expect(await lines()).toEqual(expected);
    health.stop();
    expect(await lines()).toEqual(expected);
  });
});
