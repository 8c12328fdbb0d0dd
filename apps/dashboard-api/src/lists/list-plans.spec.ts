import { INDEXES } from '@iot/mongo';
import type { Document } from 'mongodb';
import * as lists from './lists.js';
import { planFor } from './reader.js';

/** Every combination of the filters that any list takes. */
const FILTERS = {
  device_id: 'd',
  sensor_type: 'humidity',
  window: '1d',
  status: 'active',
  severity: 'critical',
};
const names = Object.keys(FILTERS) as (keyof typeof FILTERS)[];
const combinations = Array.from({ length: 2 ** names.length }, (_, bits) =>
  names.filter((_name, i) => bits & (1 << i)),
);
const RANGES = [{}, { from: 1 }, { to: 2 }, { from: 1, to: 2 }];

/**
 * What is read in bounded steps, on purpose: fields that no index has, by list. Everything else an
 * index answers alone.
 */
const LEFT_OVER: Record<string, RegExp> = {
  // Readings have each sensor as a field; an index for each would cost more than all other work of
  // an insert.
  telemetry: /^humidity$/,
  history: /^humidity$/,
  // Of one device and window, the other sensors of the device are looked at too: a few. Without a
  // device, those of all.
  aggregated: /^(sensor_type)?$/,
  // The most selective one of the filters has an index; what passes it is looked at.
  alerts: /^(\w+,?)*$/,
  'recent-alerts': /^(\w+,?)*$/,
  // Times of last_seen, in the order of first_seen.
  devices: /^last_seen$/,
  latest: /^latest\.humidity$/,
};

const all = Object.values(lists).filter((list) => typeof list === 'object');

describe.each(all.map((list) => [list.name, list] as const))('the list %s', (name, list) => {
  it('is read in its order by an index, whatever is asked for, and what the index leaves over is known', () => {
    for (const chosen of combinations)
      for (const range of RANGES) {
        const filters = Object.fromEntries(chosen.map((field) => [field, FILTERS[field]]));
        const selection = {
          filters,
          from: undefined,
          to: undefined,
          after: undefined,
          limit: 10,
          scope: '',
          ...range,
        };
        const { index, residual } = planFor(
          list as unknown as lists.List<Document, unknown>,
          selection,
        );
        expect([...INDEXES[list.stored].map((key) => Object.keys(key).join()), '_id']).toContain(
          Object.keys(index).join(),
        );
        if (residual.length > 0)
          expect(`${name}: ${residual.join()}`).toMatch(
            new RegExp(LEFT_OVER[name]!.source.replace(/^\^/, `^${name}: `)),
          );
      }
  });

  it('with one filter is answered by an index alone, but where that is said above', () => {
    for (const field of names) {
      const selection = {
        filters: { [field]: FILTERS[field] },
        from: 1,
        to: 2,
        after: undefined,
        limit: 10,
        scope: '',
      };
      const { residual } = planFor(list as unknown as lists.List<Document, unknown>, selection);
      const known = name.includes('alerts') ? /^$/ : LEFT_OVER[name]!;
      if (residual.length > 0) expect(residual.join()).toMatch(known);
    }
  });
});
