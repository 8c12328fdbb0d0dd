import { install } from './surgery/install.js';
import { testEncodedWrites } from './testing/encoded-writes.js';

it('is the version of the driver that the faster way is for', () => {
  expect(install()).toBe(true);
});

describe('a batch', testEncodedWrites);
