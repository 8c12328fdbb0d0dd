import { readingsOf } from './given-readings.js';

it.each([
  ['{"humidity":40}', 1],
  [' [{"humidity":40},{"humidity":41}] ', 2],
  ['{"humidity":40}\n\n{"humidity":41}\n', 2],
])('takes %j for readings', (text, count) => {
  expect(readingsOf(text)).toMatchObject({ readings: { length: count } });
});

it.each([
  ['', 'There is no reading.'],
  ['[]', 'There is no reading.'],
  ['humidity: 40', 'This is no JSON.'],
  ['[1]', 'Reading 1 is no object, such as {"humidity": 40}.'],
  ['{"a":1}\nnull', 'Reading 2 is no object, such as {"humidity": 40}.'],
])('says what is wrong with %j', (text, fault) => {
  expect(readingsOf(text)).toEqual({ fault });
});
