import type { AlertRow } from '../../api/schema.js';
import { alertsSearch } from './search.js';
import { withLive } from './with-live.js';

const alert = (id: string, second: number, more: Partial<AlertRow> = {}): AlertRow =>
  ({
    ...{ id, device_id: 'd', sensor_type: 'humidity', severity: 'warning', status: 'active' },
    ...{ created_at: new Date(second * 1000).toISOString(), occurrences: 1, ...more },
  }) as AlertRow;
const live = (...alerts: AlertRow[]) => new Map(alerts.map((each) => [each.id, each]));

describe('alerts with what the stream told', () => {
  it('puts in front what came, and has what changed as it is now', () => {
    const rows = withLive(
      [alert('b', 2), alert('a', 1)],
      live(alert('c', 3), alert('a', 1, { occurrences: 9 })),
      {},
    );
    expect(rows.map(({ id, occurrences }) => [id, occurrences])).toEqual([
      ['c', 1],
      ['b', 1],
      ['a', 9],
    ]);
  });

  it('leaves out what is not asked for, and what is older than what was fetched', () => {
    const others = live(
      alert('old', 0),
      alert('grave', 5, { severity: 'critical' }),
      alert('other', 5, { device_id: 'e' }),
    );
    expect(withLive([alert('a', 1)], others, { severity: 'warning', device: 'd' })).toHaveLength(1);
    expect(withLive([], live(alert('x', 1)), { status: 'resolved' })).toEqual([]);
  });
});

describe('the address', () => {
  it.each([
    [{}, {}],
    [
      { status: 'resolved', severity: 'critical' },
      { status: 'resolved', severity: 'critical' },
    ],
    [{ status: 'active', severity: 'x', device: '', sensor: {} }, {}],
    [{ device: 42 }, { device: '42' }],
    [{ device: 'x'.repeat(500) }, { device: 'x'.repeat(128) }],
  ])('%j says %j', (given, expected) => expect(alertsSearch(given)).toEqual(expected));
});
