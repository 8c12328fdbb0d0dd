import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, serviceProcess, workspaceRoot, type ServiceHandle } from '@iot/local-stack';
import type { Platform } from '../platform.js';

/** Publishes by the command line that comes with the client, as devices would. */
export const publish = ({ mqtt }: Platform, topic: string, payload: object): Promise<unknown> =>
  promisify(execFile)(join(workspaceRoot(), 'node_modules', '.bin', 'mqtt_pub'), [
    ...['-p', new URL(mqtt.url).port, '-q', '1'],
    ...['-t', topic, '-m', JSON.stringify(payload)],
  ]);

/** One more process of a service. @param ready whether to wait until it is */
export async function serviceWith(
  name: 'ingestion-api' | 'dashboard-api',
  { dataDir }: Pick<Platform, 'dataDir'>,
  env: Readonly<Record<string, string>>,
  ready = true,
): Promise<ServiceHandle> {
  const service = serviceProcess({
    name,
    port: await freePort(),
    env,
    logFile: join(dataDir, `guarded-${name}.log`),
  });
  const started = service.process.start();
  if (ready) await started;
  else started.catch(() => undefined);
  return service;
}

/** The status of a reading that is sent with a key. */
export const posted = async ({ url }: ServiceHandle, key: string): Promise<number> => {
  const answer = await fetch(`${url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ device_id: 'press-1', temperature_c: 20 }),
  });
  return answer.status;
};
