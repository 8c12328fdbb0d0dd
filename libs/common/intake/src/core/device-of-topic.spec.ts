import fc from 'fast-check';
import { deviceOf } from './device-of-topic.js';

describe('deviceOf', () => {
  it('is the level of the topic, whatever its levels are', () => {
    const levels = fc.array(fc.stringMatching(/^[^/]{0,5}$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(levels, fc.integer({ min: 1, max: 7 }), (parts, level) => {
        expect(deviceOf(parts.join('/'), level)).toBe(parts[level - 1]);
      }),
    );
  });

  it('is none at level 0', () => expect(deviceOf('sensors/device1', 0)).toBeUndefined());
});
