import { randomUUID } from 'node:crypto';
import { Mongo } from '@iot/mongo';
import { readInstallation } from './installation.js';
import { StatisticsReader } from './statistics.reader.js';

const TIMEOUT_MS = 10_000;
const NOW = new Date('2026-01-01T12:00:00Z');
const mongo = new Mongo(
  {
    MONGO_URL: process.env['TEST_MONGO']!,
    MONGO_DB: `installation_${randomUUID().slice(0, 8)}`,
    MONGO_TIMEOUT_MS: TIMEOUT_MS,
  },
  'test',
);
const read = () =>
  readInstallation(mongo, new StatisticsReader(mongo, TIMEOUT_MS), NOW, TIMEOUT_MS);

afterAll(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
});

it('numbers of the installation come from the database: devices that were heard of late, and the last run of verify', async () => {
  expect(await read()).toMatchObject({
    statistics: { devices: { count: 0 }, last_reading: null },
    devicesReporting: 0,
    verification: null,
  });
  const seen = (minutesAgo: number): Date => new Date(NOW.getTime() - minutesAgo * 60_000);
  await mongo.devices.insertMany(
    [0, 14, 16, 6000].map((minutes, i) => ({
      _id: `d${i}`,
      first_seen: seen(9000),
      last_seen: seen(minutes),
      latest: {},
      version: 1,
    })),
  );
  await mongo.verifications.insertOne({
    _id: 'last',
    discrepancies: { wrong_row: 3 },
    finished_at: seen(60),
  });
  expect(await read()).toMatchObject({
    statistics: { devices: { count: 4 } },
    devicesReporting: 2,
    verification: { discrepancies: { wrong_row: 3 }, finishedAt: NOW.getTime() / 1000 - 3600 },
  });
});
