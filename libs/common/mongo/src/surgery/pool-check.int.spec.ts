import { createHook } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Mongo } from '../client.js';

/** How many timers are set in a second in which a connected client has nothing to do. */
async function timersSetWhileIdle(url: string): Promise<number> {
  const mongo = new Mongo(
    { MONGO_URL: url, MONGO_DB: 'idle_pool', MONGO_TIMEOUT_MS: 5000 },
    'test',
  );
  let timers = 0;
  const hook = createHook({ init: (_id, type) => void (timers += Number(type === 'Timeout')) });
  try {
    await mongo.connect();
    await mongo.ping();
    await delay(200);
    hook.enable();
    await delay(1000);
    return timers;
  } finally {
    hook.disable();
    await mongo.close();
  }
}

describe('an idle connection to the database', () => {
  const url = process.env['TEST_MONGO']!;

  it('sets no timer over and over', async () => {
    expect(await timersSetWhileIdle(url)).toBeLessThan(5);
  });

  it('is kept up as the driver does it where a minimum of connections is asked for', async () => {
    const withMinimum = new URL(url);
    withMinimum.searchParams.set('minPoolSize', '1');
    expect(await timersSetWhileIdle(String(withMinimum))).toBeGreaterThan(5);
  });
});
