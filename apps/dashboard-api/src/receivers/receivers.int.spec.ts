import { randomUUID } from 'node:crypto';
import { Mongo } from '@iot/mongo';
import { unseal } from '@iot/notification';
import { formOf } from '../lists/row.js';
import { ReceiverRow } from './receiver.row.js';
import { ReceiversKeeper } from './receivers.keeper.js';

const SECRET = 'the secret of the test, which seals';
const NOW = new Date('2026-01-01T12:00:00Z');
const URL_OF_PAGER = 'https://hooks.example.com/T0/very-secret';
const mongo = new Mongo(
  {
    MONGO_URL: process.env['TEST_MONGO']!,
    MONGO_DB: `receivers_${randomUUID().slice(0, 8)}`,
    MONGO_TIMEOUT_MS: 10_000,
  },
  'test',
);
const keeper = new ReceiversKeeper(mongo, SECRET);
const opened = async () =>
  unseal((await mongo.receivers.findOne({ _id: 'pager' }))!.sealed!, 'pager', SECRET)!;
const PAGER = { name: 'pager', kind: 'webhook', url: URL_OF_PAGER, authorization: 'Bearer abc' };

afterAll(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
});

it('keeps secrets sealed, shows none of them, and gives none to another address', async () => {
  const { receiver, secret } = await keeper.add(PAGER, NOW);
  expect(secret).toMatch(/^whsec_/);
  await expect(keeper.add(PAGER, NOW)).rejects.toMatchObject({ status: 409 });
  const stored = JSON.stringify(await mongo.receivers.findOne({ _id: 'pager' }));
  const shown = JSON.stringify(formOf(ReceiverRow).fromDocument(receiver));
  for (const text of [stored, shown])
    for (const part of ['very-secret', secret!.slice(6), 'Bearer'])
      expect(text).not.toContain(part);
  expect(shown).toContain('https://hooks.example.com/…');

  await keeper.change('pager', { kind: 'webhook', format: 'alertmanager' }, NOW);
  const kept = { url: URL_OF_PAGER, secrets: [secret], authorization: 'Bearer abc' };
  expect(await opened()).toEqual(kept);

  const { secret: next } = await keeper.rotate('pager', NOW);
  expect((await opened()).secrets).toEqual([next, secret]);

  await keeper.change('pager', { kind: 'webhook', url: 'https://evil.example/' }, NOW);
  expect((await opened()).authorization).toBeUndefined();
});

it('deletes no receiver that a route names, and changes none that a file keeps', async () => {
  await mongo.routes.insertOne({ _id: 'all', receiver: 'pager' } as never);
  await expect(keeper.remove('pager')).rejects.toMatchObject({ status: 409 });
  await mongo.routes.deleteMany({});
  await mongo.receivers.updateOne({ _id: 'pager' }, { $set: { source: 'file' } });
  await expect(keeper.remove('pager')).rejects.toMatchObject({ status: 409 });
  await expect(keeper.change('pager', { kind: 'webhook' }, NOW)).rejects.toMatchObject({
    status: 409,
  });
});

it('a test is a notification that waits to be delivered', async () => {
  const id = await keeper.test('pager', 'ada', NOW);
  expect(await mongo.notifications.findOne({ _id: id })).toMatchObject({
    receiver: 'pager',
    status: 'pending',
    reason: 'test',
  });
});
