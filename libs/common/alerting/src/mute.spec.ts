import { muteHolds, type Mute } from './mute.js';

const ALERT = { deviceId: 'a', sensor: 'heat', rule: 'hot' };
const MUTE: Mute = { selector: { device: 'a' }, from: 10, to: 20, reason: 'repair' };

test.each<[Partial<Mute>, number, boolean]>([
  [{}, 9, false],
  [{}, 10, true],
  [{}, 19, true],
  [{}, 20, false],
  [{ to: null }, 1e13, true],
  [{ rule: 'hot' }, 15, true],
  [{ rule: 'cold' }, 15, false],
  [{ selector: { device: 'b*' } }, 15, false],
])('with %j at %d: %s', (some, at, holds) =>
  expect(muteHolds({ ...MUTE, ...some }, ALERT, at)).toBe(holds),
);
