import fc from 'fast-check';
import type { Condition, VersionedRule } from '@iot/alerting';
import type { LoggedReading } from './oracle.js';

const DEVICES = ['a1', 'a2', 'b1'] as const;

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const held = fc.record(
  { for: fc.constantFrom('2s', '5s'), max_gap: fc.constantFrom('1s', '3s') },
  { requiredKeys: ['for'] },
);
const bounded = fc
  .record({
    bound: fc.constantFrom(0, 5, 10),
    back: some(fc.constantFrom(1, 6)),
    beyond: some(fc.constantFrom(1, 5)),
    held: some(held),
    side: fc.constantFrom<'above' | 'below'>('above', 'below'),
  })
  .map(({ bound, back, beyond, held: held_, side }) => {
    const sign = side === 'above' ? 1 : -1;
    return {
      side,
      fields: {
        bound,
        ...(back !== undefined && { clear_at: bound - sign * back }),
        ...(beyond !== undefined && { critical: bound + sign * beyond }),
        ...held_,
      },
    };
  });

const condition: fc.Arbitrary<Condition> = fc.oneof(
  bounded.map(({ side, fields }): Condition => ({ kind: side, ...fields })),
  fc
    .tuple(
      bounded.filter(({ side }) => side === 'above'),
      fc.constantFrom<'rising' | 'falling' | 'either'>('rising', 'falling', 'either'),
      fc.constantFrom('4s', '10s'),
    )
    .map(([{ fields }, direction, over]): Condition => ({
      kind: 'rate',
      per: '1s',
      over,
      direction,
      ...fields,
    })),
  fc
    .tuple(
      bounded,
      fc.constantFrom<'avg' | 'min' | 'max' | 'count'>('avg', 'min', 'max', 'count'),
      fc.constantFrom('2s', '5s'),
    )
    .map(([{ side, fields }, aggregate, size]): Condition => ({
      kind: 'window',
      size,
      aggregate,
      is: side,
      ...fields,
    })),
  fc
    .record({ span: fc.constantFrom('5s', '8s'), critical: some(fc.constant('12s')) })
    .map(({ span, critical }): Condition => ({
      kind: 'silent',
      span,
      ...(critical !== undefined && { critical }),
    })),
);

/** Some rules of every kind, about some of the devices. */
export const arbitraryRules = (maxLength = 5): fc.Arbitrary<VersionedRule[]> =>
  fc
    .array(
      fc.record({
        condition,
        device: fc.constantFrom('*', 'a*', 'a1', 'b1'),
        sensor: fc.constantFrom('heat', 'load'),
        severity: fc.constantFrom<'warning' | 'critical'>('warning', 'critical'),
        ofDevice: fc.boolean(),
      }),
      { minLength: 1, maxLength },
    )
    .map((rules) =>
      rules.map(({ condition: one, device, sensor, severity, ofDevice }, i) => ({
        name: `r${i}`,
        version: 1,
        enabled: true,
        severity: 'critical' in one ? 'warning' : severity,
        message: null,
        labels: {},
        selector: { device, ...(!(one.kind === 'silent' && ofDevice) && { sensor }) },
        condition: one,
      })),
    );

/**
 * A log of three devices in the order of its arrivals, which are up to four seconds apart. Event
 * times are whole seconds that repeat and run backwards.
 */
export const arbitrarySeconds = (maxLength = 60): fc.Arbitrary<LoggedReading[]> =>
  fc
    .array(
      fc.record({
        device: fc.constantFrom(...DEVICES),
        step: fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom(1, 1, 2) },
          { weight: 1, arbitrary: fc.integer({ min: -3, max: 6 }) },
        ),
        wait: fc.integer({ min: 1, max: 4000 }),
        values: fc
          .record(
            { heat: fc.integer({ min: -10, max: 20 }), load: fc.constantFrom(0, 4, 6, 11) },
            { requiredKeys: [] },
          )
          .filter((values) => Object.keys(values).length > 0),
      }),
      { minLength: 1, maxLength },
    )
    .map((entries) => {
      const newest = new Map<string, number>();
      let receivedAt = 10_000_000;
      return entries.map(({ device, step, wait, values }, i) => {
        const ts = (newest.get(device) ?? 1_000_000) + step * 1000;
        newest.set(device, Math.max(ts, newest.get(device) ?? 0));
        receivedAt += wait;
        return { id: `e${i}`, device, ts, receivedAt, values };
      });
    });
