import { pino } from 'pino';
import { Health } from '@iot/health';
import { createService, type RunConfig, VERSION } from './run.js';

const config: RunConfig = {
  PORT: 0,
  HOST: '127.0.0.1',
  LOG_LEVEL: 'silent',
  SHUTDOWN_DELAY_MS: 0,
  SHUTDOWN_GRACE_MS: 1000,
};
const build = () =>
  createService(
    { name: 'probe', config: () => config, modules: () => [] },
    config,
    pino({ level: 'silent' }),
  );

it('says among its metrics which version it is', async () => {
  const app = await build();
  await app.init();
  const { payload } = await app.inject({ method: 'GET', url: '/metrics' });
  expect(payload).toMatch(
    new RegExp(`^build_info\\{version="${VERSION}",service="probe"\\} 1$`, 'm'),
  );
  await app.close();
});

it('shows its metrics to who has the token alone, where there is one', async () => {
  const token = 'a-token-of-some-length';
  const app = await createService(
    { name: 'probe', config: () => config, modules: () => [] },
    { ...config, METRICS_TOKEN: token },
    pino({ level: 'silent' }),
  );
  await app.init();
  const ask = async (url: string, authorization?: string) => {
    const { statusCode, headers, payload } = await app.inject({
      method: 'GET',
      url,
      headers: { ...(authorization && { authorization }) },
    });
    expect([url, payload.includes(token)]).toEqual([url, false]);
    return [statusCode, headers['www-authenticate']];
  };
  for (const wrong of [undefined, 'Bearer', `Bearer ${token}x`, `Basic ${token}`, token])
    expect([wrong, await ask('/metrics', wrong)]).toEqual([wrong, [401, 'Bearer realm="metrics"']]);
  expect(await ask('/metrics', `bearer  ${token}`)).toEqual([200, undefined]);
  expect(await ask('/health/ready')).toEqual([200, undefined]);
  await app.close();
});

describe('a service that is ending', () => {
  it('answers as before, says that it is not ready, and asks clients to close their connections', async () => {
    const app = await build();
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const ask = async (url: string) => {
      const { statusCode, headers } = await app.inject({ method: 'GET', url });
      return { statusCode, connection: headers['connection'] };
    };
    expect(await ask('/health/ready')).toEqual({ statusCode: 200, connection: 'keep-alive' });
    const told: string[] = [];
    app.get(Health).whenStopping(() => told.push('stopping'));
    app.get(Health).stop();
    expect(told).toEqual(['stopping']);
    expect(await ask('/health/ready')).toEqual({ statusCode: 503, connection: 'close' });
    expect(await ask('/health/live')).toEqual({ statusCode: 200, connection: 'close' });
    await app.close();
  });
});
