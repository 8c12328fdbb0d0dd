import { randomUUID } from 'node:crypto';
import { Mongo, type Document } from '@iot/mongo';
import { carries, WireProxy } from '@iot/mongo/testing';
import type { TelemetryEvent } from '../core/event.js';
import { BareIds } from './bare-ids.js';
import { MongoRawStore } from './raw-store.js';

it('says in each look-up of readings which devices it is about', async () => {
  const proxy = new WireProxy(process.env['TEST_MONGO']!);
  await proxy.start();
  const config = {
    MONGO_URL: proxy.url,
    MONGO_DB: `shard_${randomUUID().slice(0, 8)}`,
    MONGO_TIMEOUT_MS: 5000,
  };
  const mongo = new Mongo(config, 'test');
  try {
    const bareIds = new BareIds(mongo.db, mongo.raw);
    const store = new MongoRawStore(mongo.raw, bareIds);
    const events = ['a', 'b'].map((deviceId, i): TelemetryEvent => ({
      reading: { eventId: 'e', deviceId, ts: 1000 + i, values: { voltage: 230 } } as never,
      source: `raw/0/${i}`,
      receivedAt: 2000,
    }));
    expect(await store.insert(events)).toEqual(['new', 'new']);
    expect(await store.insert(events)).toEqual([
      { storedFrom: 'raw/0/0' },
      { storedFrom: 'raw/0/1' },
    ]);
    expect(await store.sourcesOf(events)).toEqual(['raw/0/0', 'raw/0/1']);
    const filters = proxy.commands
      .filter((command) => command['find'] === 'telemetry_raw')
      .map((command) => command['filter'] as Document)
      .filter((filter) => JSON.stringify(filter).includes('a/e'));
    expect(filters).toHaveLength(2);
    for (const filter of filters)
      expect([filter, carries(filter, 'device_id')]).toEqual([filter, true]);
  } finally {
    await mongo.db.dropDatabase();
    await mongo.close();
    await proxy.stop();
  }
});
