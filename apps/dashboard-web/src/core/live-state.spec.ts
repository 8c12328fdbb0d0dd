import type { AlertRow, LiveOverview } from '../api/schema.js';
import { NOTHING, told, type LiveMessage } from './live-state.js';

const overview = (at: number, readings_per_second: number | null): LiveOverview => ({
  ...{ at: new Date(at).toISOString(), readings_per_second, readings_stored: 1 },
  ...{ devices_known: 1, devices_reporting: 1, alerts: { warning: 0, critical: 0 } },
  ...{ last_received: null, lag: [], dead_letters: null, kafka_reason: null, services: [] },
});
const alert = (id: string, status: 'active' | 'resolved', occurrences = 1) =>
  ({ id, status, occurrences }) as AlertRow;
const after = (...messages: LiveMessage[]) => messages.reduce(told, NOTHING);
const snapshot: LiveMessage = {
  event: 'snapshot',
  data: { at: '', overview: overview(0, 5), alerts: [alert('a', 'active')], rates: [[0, 5]] },
};

describe('what the stream told', () => {
  it('begins with a snapshot, and begins anew with another', () => {
    expect(after(snapshot)).toMatchObject({ snapshots: 1, rates: [[0, 5]] });
    expect(after(snapshot, snapshot).snapshots).toBe(2);
  });

  it('has the alerts that are active', () => {
    const changed = [alert('a', 'active', 2), alert('b', 'active')];
    const state = after(snapshot, { event: 'alerts', data: { changed } });
    expect([...state.alerts.values()]).toEqual(changed);
    const ended = told(state, { event: 'alerts', data: { changed: [alert('a', 'resolved')] } });
    expect([...ended.alerts.keys()]).toEqual(['b']);
  });

  it('has a rate once for each time that it was measured', () => {
    const messages = [1, 2, 3, 4, 5, 6].map((second): LiveMessage => ({
      event: 'overview',
      data: overview(second * 1000, second < 5 ? 5 : 7),
    }));
    expect(after(snapshot, ...messages).rates).toEqual([
      [0, 5],
      [5000, 7],
    ]);
  });

  it('says what troubles the server until it knows something new', () => {
    const troubled = after(snapshot, { event: 'beat', data: { at: '', trouble: 'away' } });
    expect(troubled.trouble).toBe('away');
    expect(told(troubled, { event: 'overview', data: overview(1, null) }).trouble).toBeNull();
  });
});
