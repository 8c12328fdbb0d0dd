import type { Reading } from '@iot/telemetry';
import { tally } from './tally.js';

const reading = (values: Record<string, number>) => ({ values }) as unknown as Reading;

it('counts the values of each sensor', () => {
  const counts = tally([reading({ humidity: 50, voltage: 230 }), reading({ humidity: 51 })]);
  expect(Object.fromEntries(counts)).toEqual({ humidity: 2, voltage: 1 });
});
