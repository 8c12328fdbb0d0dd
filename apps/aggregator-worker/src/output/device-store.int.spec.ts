import { randomUUID } from 'node:crypto';
import { MongoClient, type Collection } from 'mongodb';
import type { DeviceDocument } from '@iot/mongo';
import type { DeviceSummary } from '../core/device-summary.js';
import { DeviceStore } from './device-store.js';

let client: MongoClient;
let devices: Collection<DeviceDocument>;
let store: DeviceStore;

beforeAll(async () => {
  client = await new MongoClient(process.env['TEST_MONGO']!, {
    writeConcern: { w: 'majority' },
  }).connect();
});
beforeEach(() => {
  devices = client.db(`devices_${randomUUID().slice(0, 8)}`).collection('devices');
  store = new DeviceStore(devices, 100);
});
afterEach(() => devices.drop());
afterAll(() => client.close());

const heard = (sensor: string, ts: number): ReadonlyMap<string, DeviceSummary> =>
  new Map([['d', { first: ts, last: ts, latest: [{ sensor, value: ts, ts }] }]]);
const stored = async () => {
  const { first_seen, last_seen, latest } = (await devices.findOne({ _id: 'd' }))!;
  const values = Object.fromEntries(
    Object.entries(latest).map(([sensor, { value }]) => [sensor, value]),
  );
  return { first: first_seen.getTime(), last: last_seen.getTime(), values };
};

it('joins what is new into what is stored, and writes nothing for what is not', async () => {
  await store.join(heard('x', 10));
  await store.join(heard('y', 5));
  const { version } = (await devices.findOne())!;
  await store.join(heard('x', 7));
  expect(await stored()).toEqual({ first: 5, last: 10, values: { x: 10, y: 5 } });
  expect(await devices.findOne()).toMatchObject({ version });
});

it('goes by what another worker has stored meanwhile', async () => {
  await store.join(heard('x', 10));
  await new DeviceStore(devices, 100).join(heard('x', 20));
  await store.join(heard('y', 15));
  expect(await stored()).toEqual({ first: 10, last: 20, values: { x: 20, y: 15 } });
});

it('does not bring back what it remembers of a device that somebody has deleted, nor takes a new one for it', async () => {
  await store.join(heard('x', 10));
  await devices.deleteMany({});
  await store.join(heard('y', 20));
  expect(await stored()).toEqual({ first: 20, last: 20, values: { y: 20 } });
  await devices.deleteMany({});
  await new DeviceStore(devices, 100).join(heard('z', 30));
  await store.join(heard('y', 40));
  expect(await stored()).toEqual({ first: 30, last: 40, values: { y: 40, z: 30 } });
});

it('stores what batches say that are written at the same time', async () => {
  await store.join(heard('x', 1));
  await Promise.all(['a', 'b', 'c', 'd'].map((sensor, i) => store.join(heard(sensor, 2 + i))));
  expect(await stored()).toMatchObject({
    first: 1,
    last: 5,
    values: { x: 1, a: 2, b: 3, c: 4, d: 5 },
  });
});

it('stores again what a failed write may not have stored', async () => {
  let fails = false;
  const command = (): never => {
    throw new Error('no answer');
  };
  const sometimes = new Proxy(devices, {
    get: (target, property) =>
      (property === 'db' && fails ? { command } : Reflect.get(target, property, target)) as unknown,
  });
  store = new DeviceStore(sometimes, 100);
  await store.join(heard('x', 1));
  fails = true;
  await expect(store.join(heard('x', 9))).rejects.toThrow('no answer');
  fails = false;
  await store.join(heard('x', 9));
  expect(await stored()).toMatchObject({ last: 9, values: { x: 9 } });
});
