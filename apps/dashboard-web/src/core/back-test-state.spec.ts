import { devicesOf, heard, MOST_KEPT, NOTHING_FOUND, type FoundAlert } from './back-test-state.js';

const alert = (device_id: string): FoundAlert => ({
  type: 'alert',
  id: device_id,
  device_id,
  sensor_type: 'humidity',
  severity: 'warning',
  message: '',
  value: 1,
  timestamp: '2026-01-31T12:00:00Z',
  last_seen: '2026-01-31T12:00:00Z',
  resolved_at: null,
});
const counts = { devices: 2, readings: 50_000, alerts: 1 };

describe('what is known of a back-test', () => {
  it('grows by what is found and by progress, and is whole with the summary alone', () => {
    const begun = heard(NOTHING_FOUND, [alert('a'), { type: 'progress', ...counts }]);
    expect(begun).toMatchObject({ ...counts, kept: [{ device_id: 'a' }], isWhole: false });
    const ended = heard(begun, [alert('b'), { type: 'summary', ...counts, alerts: 2 }]);
    expect(ended).toMatchObject({ alerts: 2, isWhole: true });
    expect(ended.kept).toHaveLength(2);
  });

  it('counts what it does not keep', () => {
    const many = Array.from({ length: MOST_KEPT + 5 }, () => alert('a'));
    const state = heard(NOTHING_FOUND, many);
    expect([state.alerts, state.kept.length]).toEqual([MOST_KEPT + 5, MOST_KEPT]);
  });

  it('names the devices with most alerts first', () =>
    expect(devicesOf(['b', 'a', 'b', 'c'].map(alert))).toEqual([
      ['b', 2],
      ['a', 1],
      ['c', 1],
    ]));
});
