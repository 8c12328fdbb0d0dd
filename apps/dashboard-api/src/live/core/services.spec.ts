import type { Platform } from '../../platform/platform.model.js';
import { servicesOf } from './services.js';

const platform = (groups: object[] | null): Platform =>
  ({ cluster: null, process: { service: 'dashboard-api' }, kafka: { groups } }) as never;
const told = (of: Platform): Record<string, string> =>
  Object.fromEntries(
    servicesOf(of).map(({ name, state, detail }) => [name, `${state}: ${detail}`]),
  );

it('tells of workers by the members of their groups, and does not blame Kafka for the others', () => {
  const groups = [
    { group: 'aggregator-worker', members: 2 },
    { group: 'alerts-worker', members: 0 },
  ];
  expect(told(platform(groups))).toMatchObject({
    'aggregator-worker': 'up: 2 run',
    'alerts-worker': 'down: its consumer group has no members',
    'log-worker': 'unknown: not known outside a cluster',
    'ingestion-api': 'unknown: not known outside a cluster',
    'dashboard-api': 'up: answers you',
  });
});

it('says where Kafka does not answer', () => {
  expect(told(platform(null))).toMatchObject({
    'log-worker': 'unknown: Kafka does not answer',
    'ingestion-api': 'unknown: not known outside a cluster',
  });
});
