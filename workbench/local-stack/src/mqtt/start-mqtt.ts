import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findOnPath } from '../backends/java.js';
import { freePort } from '../ports.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { serverHandle, type ServerHandle } from '../processes/server-handle.js';
import { watchingParent, withParent } from '../processes/with-parent.js';
import { packageRoot, workspaceRoot } from '../workspace.js';
import { acceptsClients } from './ping.js';

const ALIVE_WITHIN_MS = 10_000;

export interface MqttOptions {
  /** Folder for Mosquitto's data and configuration, and the pid file. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Takes the embedded broker even where a mosquitto is on PATH. */
  embedded?: boolean;
  logFile?: string;
}

/** A running MQTT broker. */
export interface MqttHandle extends ServerHandle {
  /** For MQTT_URL. */
  readonly url: string;
  /** The embedded one keeps everything in memory: what it has is gone with the process. */
  readonly kind: 'mosquitto' | 'embedded';
}

/** The mosquitto on PATH, or where Debian puts it, which is not on everybody's PATH. */
export const findMosquitto = (): string | undefined =>
  findOnPath('mosquitto') ?? findOnPath('mosquitto', { PATH: '/usr/sbin' });

/** Prepares a broker without starting it. */
export async function mqttProcess(options: MqttOptions): Promise<MqttHandle> {
  const port = options.port ?? (await freePort());
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const mosquitto = options.embedded ? undefined : findMosquitto();
  const child = new ManagedProcess({
    name: 'mqtt',
    ...(mosquitto
      ? withParent({ command: mosquitto, args: ['-c', mosquittoConfig(dataDir, port)] })
      : {
          command: process.execPath,
          args: [
            ...watchingParent(),
            join(packageRoot(), 'dist', 'mqtt', 'embedded-broker.js'),
            String(port),
          ],
          env: { ...process.env, NODE_OPTIONS: '' },
        }),
    isReady: () => acceptsClients(port),
    isAlive: () => acceptsClients(port, ALIVE_WITHIN_MS),
    pidFile: join(dataDir, 'process.json'),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  return serverHandle(child, port, {
    url: `mqtt://127.0.0.1:${port}`,
    kind: mosquitto ? 'mosquitto' : 'embedded',
  });
}

/** Starts a broker and resolves when it takes clients. */
export async function startMqtt(options: MqttOptions): Promise<MqttHandle> {
  const mqtt = await mqttProcess(options);
  await mqtt.process.start();
  return mqtt;
}

/** config/mosquitto.conf, with where it listens and keeps its data. Returns the file. */
function mosquittoConfig(dataDir: string, port: number): string {
  const file = join(dataDir, 'mosquitto.conf');
  const common = readFileSync(join(workspaceRoot(), 'config', 'mosquitto.conf'), 'utf8');
  const user = process.getuid?.() === 0 ? 'user root\n' : '';
  writeFileSync(
    file,
    `${common}\nlistener ${port} 127.0.0.1\nallow_anonymous true\n${user}persistence_location ${dataDir}/\nlog_dest stdout\n`,
  );
  return file;
}
