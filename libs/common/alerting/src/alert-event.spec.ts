import fc from 'fast-check';
import {
  ALERT_CHANGES,
  alertEvent,
  changeOf,
  decodeAlertEvent,
  encodeAlertEvent,
  type AlertEventData,
} from './alert-event.js';

const AT = '2026-01-31T12:00:00.000Z';
const DATA: AlertEventData = {
  alert_id: 'press-1|hot-press|1769860800000',
  version: 3,
  status: 'active',
  severity: 'warning',
  message: 'press-1 is hot',
  labels: { team: 'presses' },
  rule: 'hot-press',
  rule_version: 2,
  alert_type: 'above',
  device_id: 'press-1',
  sensor_type: 'temperature_c',
  value: 81,
  last_value: 82,
  threshold: 80,
  occurrences: 3,
  timestamp: AT,
  last_seen: AT,
  created_at: AT,
  raises_last_hour: 1,
  acknowledgement: null,
  resolved_at: null,
  resolved_reason: null,
};

test('what is encoded is decoded', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...ALERT_CHANGES),
      fc.record({ message: fc.string(), labels: fc.dictionary(fc.string(), fc.string()) }),
      (change, some) => {
        const event = alertEvent(change, AT, { ...DATA, ...some });
        const text = encodeAlertEvent(event);
        expect(encodeAlertEvent(decodeAlertEvent(Buffer.from(text)))).toBe(text);
        expect(changeOf(decodeAlertEvent(text))).toBe(change);
      },
    ),
  ));

test('the id is that of the alert and its version; an acknowledgement has one of its own', () => {
  expect(alertEvent('raised', AT, DATA).id).toBe('press-1|hot-press|1769860800000/3');
  expect(alertEvent('acknowledged', AT, DATA, 'ack').id).toBe(
    'press-1|hot-press|1769860800000/ack',
  );
});

test('a field of a later version is left as it is', () => {
  const event = { ...alertEvent('raised', AT, DATA), traceparent: '00-1' };
  expect(decodeAlertEvent(JSON.stringify(event))).toEqual(event);
});

const without = (field: string) =>
  Object.fromEntries(Object.entries(DATA).filter(([name]) => name !== field));

test.each([
  ['{', 'JSON'],
  ['null', 'object'],
  [JSON.stringify({ ...alertEvent('raised', AT, DATA), specversion: '0.3' }), 'specversion'],
  [JSON.stringify({ ...alertEvent('raised', AT, DATA), type: 'iot.telemetry.alert.x' }), 'type'],
  [JSON.stringify({ ...alertEvent('raised', AT, DATA), time: 'noon' }), 'time'],
  ...Object.keys(DATA).map((field) => [
    JSON.stringify({ ...alertEvent('raised', AT, DATA), data: without(field) }),
    `data.${field}`,
  ]),
])('%s is refused', (text, why) => expect(() => decodeAlertEvent(text)).toThrow(why));
