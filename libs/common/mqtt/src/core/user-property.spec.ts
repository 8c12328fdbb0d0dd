import { userProperty, type WithProperties } from './user-property.js';

const packet = (userProperties?: Record<string, string | string[]>): WithProperties => ({
  properties: { userProperties },
});

it('is the text of a property that is there once', () => {
  expect(userProperty(packet({ traceparent: 'a' }), 'traceparent')).toBe('a');
});

it.each([{}, packet(), packet({ other: 'a' }), packet({ traceparent: ['a', 'b'] })])(
  'is nothing of %j',
  (given) => {
    expect(userProperty(given, 'traceparent')).toBeUndefined();
    expect(userProperty(given, 'constructor')).toBeUndefined();
  },
);
