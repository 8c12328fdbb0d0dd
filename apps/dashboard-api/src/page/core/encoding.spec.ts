import { encodingFor } from './encoding.js';

describe('encodingFor', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['BR;Q=0.5', 'br'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['identity;q=0', 'identity'],
    ['deflate;q=x, gzip;q=x', 'identity'],
  ])('%s: %s', (accepted, encoding) => expect(encodingFor(accepted)).toBe(encoding));
});
