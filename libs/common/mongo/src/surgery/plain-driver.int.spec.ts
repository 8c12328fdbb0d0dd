import { testEncodedWrites } from '../testing/encoded-writes.js';
import { runOnTheLibrary } from '../testing/run-on-the-library.js';
import { otherVersion } from './install.js';

beforeAll(runOnTheLibrary);

it('is taken for another version of the driver', () => {
  expect(otherVersion()).toBe('another version');
});

describe('a batch', testEncodedWrites);
