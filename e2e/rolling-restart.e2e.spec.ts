import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type ProcessExit, type ServiceHandle, startService } from '@iot/local-stack';
import { missingOf, verify } from './faults/account.js';
import { type Platform, SERVICES, type ServiceName, startPlatform } from './platform.js';
import { Clients } from './rolling/clients.js';
import { ServiceAddress } from './rolling/service-address.js';

/**
 * The chart's pauses, shortened in proportion: before SIGTERM, and from readiness off to the end of
 * work.
 */
const PRE_STOP_MS = 1000;
const READINESS_OFF_MS = 1000;
const GRACE_MS = 20_000;

/**
 * Replaces a pod as a rolling update with maxSurge 1 and maxUnavailable 0 does: a new one is
 * started and ready, the old one leaves the Service and has its preStop pause, then SIGTERM; it
 * says that it is not ready, finishes its work and ends by itself.
 */
async function replace(
  platform: Platform,
  name: ServiceName,
  address: ServiceAddress | undefined,
): Promise<ServiceHandle> {
  const old = platform.services[name];
  const next = await startService({
    name,
    port: await freePort(),
    env: platform.env,
    startTimeoutMs: 180_000,
  });
  address?.add(next.port);
  address?.remove(old.port);
  await delay(PRE_STOP_MS);
  expect((await fetch(`${old.url}/health/ready`)).status).toBe(200);
  const ended = new Promise<ProcessExit>((resolve) => old.process.once('exit', resolve));
  const stopped = old.stop();
  if (address) {
    await delay(READINESS_OFF_MS / 4);
    expect((await fetch(`${old.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${old.url}/health/live`)).status).toBe(200);
  }
  const { code, signal } = await ended;
  await stopped;
  if (code !== 0)
    throw new Error(
      `${name} ended with ${code ?? signal} instead of 0:\n${old.output.slice(-20).join('\n')}`,
    );
  return next;
}

it('a rolling restart of every component under load fails no request and loses nothing', async () => {
  const platform = await startPlatform(
    { SHUTDOWN_DELAY_MS: String(READINESS_OFF_MS), SHUTDOWN_GRACE_MS: String(GRACE_MS) },
    { inMemory: true },
  );
  const addresses = {
    'ingestion-api': await ServiceAddress.listen(),
    'dashboard-api': await ServiceAddress.listen(),
  };
  const started: ServiceHandle[] = [];
  for (const [name, address] of Object.entries(addresses))
    address.add(platform.services[name as keyof typeof addresses].port);
  const clients = Clients.start({
    ingestion: addresses['ingestion-api'].port,
    dashboard: addresses['dashboard-api'].port,
  });
  try {
    await delay(1000);
    for (const name of SERVICES)
      started.push(
        await replace(
          platform,
          name,
          (addresses as Partial<Record<ServiceName, ServiceAddress>>)[name],
        ),
      );
    await delay(1000);
    await clients.end();

    expect(clients.failures).toEqual([]);
    expect(clients.answered).toBeGreaterThan(100);
    const { code, text } = await verify(platform);
    if (code !== 0) throw new Error(`verify found discrepancies:\n${text.slice(0, 4000)}`);
    expect(await missingOf(platform, clients.acknowledged)).toEqual([]);
    console.log(`${clients.answered} requests, ${clients.acknowledged.size} readings`);
  } finally {
    await clients.end();
    await Promise.all(started.map((service) => service.stop()));
    await Promise.all(Object.values(addresses).map((address) => address.close()));
    await platform.stop();
  }
}, 240_000);
