import 'reflect-metadata';
import { INDEXES } from '@iot/mongo';
import type { Type } from '@nestjs/common';
import { RESOURCES } from '../dashboard.module.js';
import type { List } from './list.js';
import { planFor } from './reader.js';
import { ServedList } from './served-list.js';

/** The lists of all controllers. */
const controllers = RESOURCES.flatMap(
  (module) => (Reflect.getMetadata('controllers', module) ?? []) as Type<object>[],
);
const handlers = controllers.flatMap(({ prototype }) =>
  // A getter has no value.
  Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ value }) =>
    typeof value === 'function' ? [value as object] : [],
  ),
);
const lists = new Set(
  handlers.flatMap((handler) => {
    const list = Reflect.getMetadata(ServedList.KEY, handler) as List<object, unknown> | undefined;
    return list ? [list] : [];
  }),
);

/** A value of each filter; one that is not here gets a text. */
const FILTERS: Record<string, string> = {
  device_id: 'd',
  sensor_type: 'humidity',
  window: '1d',
  status: 'active',
  severity: 'critical',
};
const RANGES = [{}, { from: 1 }, { to: 2 }, { from: 1, to: 2 }];

/** Names of the filters that a list asks a selection for. */
function filtersOf(list: List<object, unknown>): string[] {
  const asked = new Set<string>();
  const filters = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });
  list.filter({ ...selected({}), filters });
  return [...asked];
}
const selected = (filters: Record<string, string>, range = {}) => ({
  filters,
  from: undefined,
  to: undefined,
  after: undefined,
  limit: 10,
  scope: '',
  ...range,
});
const combinations = (names: readonly string[]) =>
  Array.from({ length: 2 ** names.length }, (_, bits) =>
    names.filter((_name, i) => bits & (1 << i)),
  );

it('all lists are looked at here', () => {
  expect([...lists].map(({ name }) => name)).toEqual(
    expect.arrayContaining(['telemetry', 'aggregated', 'alerts', 'recent-alerts', 'devices']),
  );
});

describe.each([...lists].map((list) => [list.name, list] as const))('the list %s', (_, list) => {
  const asked = combinations(filtersOf(list)).flatMap((names) =>
    RANGES.map((range) => ({
      names,
      plan: planFor(
        list,
        selected(Object.fromEntries(names.map((name) => [name, FILTERS[name] ?? 'x'])), range),
      ),
    })),
  );

  it('is read in its order by an index, whatever is asked for', () => {
    for (const { plan } of asked)
      expect([...INDEXES[list.stored].map((key) => Object.keys(key).join()), '_id']).toContain(
        Object.keys(plan.index).join(),
      );
  });

  it('says of what no index answers alone that it is read in bounded steps', () => {
    const isIndexed = (field: string): boolean => !list.unindexed?.(field);
    for (const { names, plan } of asked)
      if (names.filter(isIndexed).length < 2) expect(plan.residual.filter(isIndexed)).toEqual([]);
  });
});
