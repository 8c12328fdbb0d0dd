import { retryTopicsOf } from './topics.js';

it('consumes the retry topics up to the number that is set, and those beyond that exist', () => {
  const existing = ['raw', 'raw.g.retry.1', 'raw.g.retry.4', 'raw.g.retry.x', 'raw.g.retry.01'];
  const others = ['raw.other.retry.5', 'raw.g.retry.5.more', 'raw.g2.retry.6'];
  expect([...retryTopicsOf([...existing, ...others], 'raw', 'g', 2)]).toEqual([
    ['raw.g.retry.1', 1],
    ['raw.g.retry.2', 2],
    ['raw.g.retry.4', 4],
  ]);
  expect([...retryTopicsOf(['raw.g.retry.1'], 'raw', 'g', 0)]).toEqual([['raw.g.retry.1', 1]]);
});
