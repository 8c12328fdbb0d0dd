import fc from 'fast-check';
import { agreeOnDevice, deviceOf } from './device-topic.js';

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

describe('agreeOnDevice', () => {
  it('gives a reading the device of its topic', () => {
    const body = { humidity: 1 };
    expect(agreeOnDevice(body, 'd1')).toBeUndefined();
    expect(body).toEqual({ humidity: 1, device_id: 'd1' });
  });

  it('takes one that names the same device, and refuses another', () => {
    expect(agreeOnDevice({ device_id: 'd1' }, 'd1')).toBeUndefined();
    expect(agreeOnDevice({ device_id: 'd2' }, 'd1')).toMatchObject({ field: 'device_id' });
    expect(agreeOnDevice({ device_id: 1 }, '1')).toMatchObject({ field: 'device_id' });
    expect(agreeOnDevice({ device_id: 'd2' }, undefined)).toBeUndefined();
  });

  it.each([null, 1, 'x', [{}]])('leaves %j to the parser', (body) =>
    expect(agreeOnDevice(body, 'd1')).toBeUndefined(),
  );
});
