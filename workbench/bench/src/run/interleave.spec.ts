import { interleave, withRatios } from './interleave.js';

describe('interleave', () => {
  it('lets the variants take turns, and leaves out the round that warms up', async () => {
    const order: string[] = [];
    const variant = (name: string) => ({
      name,
      measure: async () => {
        order.push(name);
        return { cpu_us: order.length };
      },
    });
    const told: string[] = [];
    const samples = await interleave([variant('floor'), variant('ours')], 2, {
      warmUp: true,
      onSample: (name, round) => told.push(`${name} ${round}`),
    });
    expect(order).toEqual(['floor', 'ours', 'floor', 'ours', 'floor', 'ours']);
    expect(samples.get('ours')).toEqual([{ cpu_us: 4 }, { cpu_us: 6 }]);
    expect(told).toEqual(['floor 1', 'ours 1', 'floor 2', 'ours 2']);
  });
});

describe('withRatios', () => {
  it('compares each sample with the floor of its own round', () => {
    const ours = [{ cpu_us: 6 }, { cpu_us: 9 }];
    expect(
      withRatios(ours, [{ cpu_us: 3 }, { cpu_us: 6 }], { cpu_us: 'ratio', rate: 'other' }),
    ).toEqual([
      { cpu_us: 6, ratio: 2 },
      { cpu_us: 9, ratio: 1.5 },
    ]);
    expect(withRatios(ours, [], { cpu_us: 'ratio' })).toEqual(ours);
  });
});
