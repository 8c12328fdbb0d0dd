import { setImmediate as turn } from 'node:timers/promises';
import type { NotificationDocument } from '@iot/mongo';
import { MemoryStore } from '../testing/memory-store.js';
import type { Directory } from '../core/directory.js';
import { Deliveries } from './deliveries.js';
import { DirectoryWatch } from './directory-watch.js';
import { FileWatch } from './file-watch.js';
import { Groups } from './groups.js';
import { Life } from './life.js';
import type { Rounds } from './rounds.js';

const NOW = new Date(1000);
const DIRECTORY: Directory = { receivers: new Map(), routes: [], mutes: [] };

async function waiting(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const alert = { id: 'a', version: 1, status: 'active', severity: 'warning' };
  await store.put([{ group: 'g', alert: alert as never, acknowledged: false }]);
  const route = { route: 'r', receiver: 'pager', route_version: 1, labels: {} };
  await store.wake([{ _id: 'g', ...route, expire_at: NOW, next_at: NOW }]);
  await store.insertNotification({
    ...{ _id: 'n', receiver: 'pager', status: 'pending', attempts: 0, version: 1 },
    ...{ round_at: NOW, next_attempt_at: NOW, group: null },
  } as NotificationDocument);
  return store;
}

it('forgets no alert and gives up no notification before receivers and routes were read', async () => {
  const store = await waiting();
  const watch = new DirectoryWatch(
    () => Promise.resolve(DIRECTORY),
    store,
    () => undefined,
  );
  const counts = { formed: () => undefined, suppressed: () => undefined };
  const groups = new Groups(store, watch, 1e9, counts);
  const options = { leaseMs: 1, giveUpMs: 1e9, now: () => 1000, random: () => 0 };
  const told = { attempted: () => undefined, rateLimited: () => undefined };
  const sender = { send: () => Promise.reject(new Error('nobody is to be told')) };
  const deliveries = new Deliveries(store, watch, sender, options, told, () => undefined);
  await expect(groups.look(store.groups.get('g')!, 1000)).rejects.toThrow('not read yet');
  await expect(deliveries.deliver(store.notifications.get('n')!)).rejects.toThrow('not read yet');
  expect([...store.alerts.values()]).toMatchObject([{ dirty: true }]);
  expect([...store.notifications.values()]).toMatchObject([{ status: 'pending' }]);
});

it('begins with the file, then reads the directory, then works', async () => {
  const steps: string[] = [];
  let fails = true;
  const file = new FileWatch({
    read: () => Promise.resolve('{}'),
    apply: async () => {
      steps.push('file');
      if (fails) throw new Error('the database is away');
    },
    onOutcome: () => undefined,
  });
  const watch = new DirectoryWatch(
    async () => {
      steps.push('directory');
      return DIRECTORY;
    },
    new MemoryStore(),
    () => undefined,
  );
  const rounds = { start: () => steps.push('rounds'), stop: () => Promise.resolve() };
  const life = new Life(watch, rounds as unknown as Rounds, file, () => Promise.resolve());
  life.onApplicationBootstrap();
  for (let i = 0; i < 10; i++) await turn();
  expect(steps).toEqual(['file']);
  await life.onApplicationShutdown();

  fails = false;
  const next = new Life(watch, rounds as unknown as Rounds, file, () => Promise.resolve());
  next.onApplicationBootstrap();
  for (let i = 0; i < 10; i++) await turn();
  expect(steps).toEqual(['file', 'file', 'directory', 'rounds']);
  await next.onApplicationShutdown();
});
