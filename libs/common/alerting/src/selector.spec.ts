import type { FieldError } from '@iot/telemetry';
import { readSelector, selectorHolds } from './selector.js';

const SENSORS = new Set(['heat', 'load']);

test.each([
  [{ device: '*' }, 'a', 'heat', true],
  [{ device: '*' }, 'a', null, true],
  [{ device: 'plant-7.*' }, 'plant-7.press-1', 'heat', true],
  [{ device: 'plant-7.*' }, 'plant-70', 'heat', false],
  [{ device: 'a' }, 'ab', 'heat', false],
  [{ device: 'a', sensor: 'heat' }, 'a', 'heat', true],
  [{ device: 'a', sensor: 'heat' }, 'a', 'load', false],
  [{ device: 'a', sensor: 'heat' }, 'a', null, false],
])('%j of device %s and sensor %s: %s', (selector, device, sensor, holds) =>
  expect(selectorHolds(selector, device, sensor)).toBe(holds),
);

test('a good selector is taken', () => {
  const errors: FieldError[] = [];
  expect(readSelector({ device: 'x*', sensor: 'heat' }, SENSORS, errors)).toEqual({
    device: 'x*',
    sensor: 'heat',
  });
  expect(readSelector({ device: '*', sensor: 'any' }, undefined, errors)).toBeDefined();
  expect(errors).toEqual([]);
});

test.each([
  [undefined, 'selector'],
  [[], 'selector'],
  [{}, 'selector.device'],
  [{ device: '*x' }, 'selector.device'],
  [{ device: '*', sensor: 'humour' }, 'selector.sensor'],
  [{ device: '*', color: 'red' }, 'selector.color'],
])('of %j the field is named', (selector, field) => {
  const errors: FieldError[] = [];
  expect(readSelector(selector, SENSORS, errors)).toBeUndefined();
  expect(errors.map((error) => error.field)).toEqual([field]);
});
