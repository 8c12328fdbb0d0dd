import { agreeOnDevice } from './device-topic.js';

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
