import { randomUUID } from 'node:crypto';
import {
  ensureIndexes,
  isDatabaseUnavailable,
  Mongo,
  type AlertDocument,
  type AlertStateDocument,
} from '@iot/mongo';
import { carries, WireProxy } from '@iot/mongo/testing';
import { MongoAlertStore, MongoStateStore } from './stores.js';

let proxy: WireProxy;
let mongo: Mongo;
let alerts: MongoAlertStore;
let states: MongoStateStore;

beforeEach(async () => {
  proxy = new WireProxy(process.env['TEST_MONGO']!);
  await proxy.start();
  mongo = new Mongo(
    {
      MONGO_URL: proxy.url,
      MONGO_DB: `alerts_${randomUUID().slice(0, 8)}`,
      MONGO_TIMEOUT_MS: 5000,
    },
    'test',
  );
  await ensureIndexes(mongo, 30);
  alerts = new MongoAlertStore(mongo.alerts);
  states = new MongoStateStore(mongo.alertStates);
});
afterEach(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
  await proxy.stop();
});

const alert = (device_id: string, status: AlertDocument['status'], version = 1): AlertDocument =>
  ({
    _id: `${device_id}|${status}`,
    device_id,
    status,
    version,
    timestamp: new Date(0),
    created_at: new Date(0),
  }) as AlertDocument;
const state = (_id: string, version: number): AlertStateDocument => ({ _id, sensors: {}, version });

it('finds the open alerts of devices, and alerts by their ids', async () => {
  const documents = ['a', 'b', 'c'].flatMap((device) => [
    alert(device, 'active'),
    alert(device, 'resolved'),
  ]);
  expect(await alerts.write(documents)).toEqual(new Set());
  const ids = (found: readonly AlertDocument[]): string[] => found.map(({ _id }) => _id).sort();
  expect(ids(await alerts.openOf(['a', 'c', 'none']))).toEqual(['a|active', 'c|active']);
  expect(ids(await alerts.withIds(['b|resolved', 'a|active', 'none']))).toEqual([
    'a|active',
    'b|resolved',
  ]);
  expect(await alerts.write([alert('a', 'active'), alert('b', 'active', 2)])).toEqual(
    new Set(['a|active']),
  );
});

it.each([371, 462, 365, 388, 433, 449, 11601, 43, 13, 14031, 121, 999_999])(
  'neither alerts nor states count as written when the database says %i of one of them',
  async (code) => {
    proxy.refuse = (_, { q }) =>
      String((q as { _id: unknown })._id).startsWith('b') ? { code } : undefined;
    const failure = await alerts
      .write([alert('a', 'active'), alert('b', 'active')])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    if (code !== 121) expect(isDatabaseUnavailable(failure)).toBe(true);
    await expect(states.save([state('a', 1), state('b', 1)])).rejects.toThrow(Error);
    proxy.refuse = () => undefined;
    await alerts.write([alert('a', 'active'), alert('b', 'active')]);
    expect(await mongo.alerts.countDocuments()).toBe(2);
  },
);

it('says in each write of an alert, and in the look for open ones, which device it is about', async () => {
  const filters: Record<string, unknown>[] = [];
  proxy.refuse = (collection, { q }) => void (collection === 'alerts' && filters.push(q as never));
  await alerts.write([alert('a', 'active'), alert('b', 'active')]);
  await alerts.openOf(['a', 'b']);
  for (const command of proxy.commands)
    if ('find' in command) filters.push(command['filter'] as never);
  expect(filters).toHaveLength(3);
  for (const filter of filters)
    expect([filter, carries(filter, 'device_id')]).toEqual([filter, true]);
});
