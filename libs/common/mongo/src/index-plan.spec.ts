import { planOf, type IndexKey } from './index-plan.js';

const INDEXES: IndexKey[] = [
  { timestamp: -1, _id: -1 },
  { window: 1, timestamp: -1 },
  { device_id: 1, window: 1, timestamp: -1 },
];
const plan = (filter: Record<string, unknown>) => {
  const found = planOf(filter, 'timestamp', INDEXES);
  return (
    found && [
      Object.keys(found.index).join(),
      Object.keys(found.served).join(),
      found.residual.join(),
    ]
  );
};

describe('the plan of a query', () => {
  it.each([
    [{}, ['timestamp,_id', '', '']],
    [{ timestamp: { $gte: new Date(0) } }, ['timestamp,_id', 'timestamp', '']],
    [{ window: '1d' }, ['window,timestamp', 'window', '']],
    [
      { window: '1d', sensor_type: 'x', timestamp: { $lt: new Date(0) } },
      ['window,timestamp', 'window,timestamp', 'sensor_type'],
    ],
    [{ device_id: 'd', window: '1d' }, ['device_id,window,timestamp', 'device_id,window', '']],
    // A range is no value: behind it, the index is in no order of use.
    [{ window: { $in: ['1d'] } }, ['timestamp,_id', '', 'window']],
    [{ device_id: 'd' }, ['timestamp,_id', '', 'device_id']],
    [{ _id: 'x', window: '1d' }, ['_id', '_id', '']],
  ])('%j', (filter, expected) => {
    expect(plan(filter)).toEqual(expected);
  });

  it('is none where no index is in the order that is asked for', () => {
    expect(planOf({ window: '1d' }, 'updated_at', INDEXES)).toBeUndefined();
    expect(planOf({}, 'timestamp', [{ window: 1, timestamp: -1 }])).toBeUndefined();
  });
});
