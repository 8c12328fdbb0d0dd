import { kindOf } from './kind-of-error.js';

it('is the class of an error, and nothing that it says', () => {
  expect(kindOf(new RangeError('device-1'))).toBe('RangeError');
  const named = (name: unknown) => Object.assign(new Error(), { name });
  expect(kindOf(named('KafkaJSNumberOfRetriesExceeded'))).toBe('KafkaJSNumberOfRetriesExceeded');
  for (const odd of [named('of device 1'), named('x'.repeat(65)), named(7), 'thrown', undefined])
    expect(kindOf(odd)).toBe('_OTHER');
});
