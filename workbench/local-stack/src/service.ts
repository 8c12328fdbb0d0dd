import { join } from 'node:path';
import { isLoopback } from '@iot/config';
import { ManagedProcess } from './processes/managed-process.js';
import { serverHandle, type ServerHandle } from './processes/server-handle.js';
import { watchingParent } from './processes/with-parent.js';
import { workspaceRoot } from './workspace.js';

export interface ServiceOptions {
  /** Name of the app, such as "ingestion-api"; its built entry is apps/<name>/dist/main.js. */
  name: string;
  port: number;
  /**
   * Added to this process's environment; PORT is set from `port`, HOST is the loopback address
   * where neither says another, and there AUTH is off unless one of them says on.
   */
  env: Readonly<Record<string, string>>;
  /** Another script to run than the app's built entry. */
  entry?: string;
  cwd?: string;
  logFile?: string;
  pidFile?: string;
  startTimeoutMs?: number;
  stopGraceMs?: number;
  /** Options for node itself, such as --cpu-prof. */
  nodeOptions?: readonly string[];
}

/** One of the platform's services as a child process. */
export interface ServiceHandle extends ServerHandle {
  /** http://127.0.0.1:PORT, or the address that HOST names. */
  readonly url: string;
}

const ALIVE_WITHIN_MS = 10_000;

/** Prepares a service without starting it. */
export function serviceProcess(options: ServiceOptions): ServiceHandle {
  const { name, port } = options;
  // What others on the network can reach is for the owner of the machine to say.
  const host = options.env['HOST'] ?? (process.env['HOST'] || '127.0.0.1');
  const url = `http://${reachable(host)}:${port}`;
  // Undefined: as the service itself has it.
  const auth =
    options.env['AUTH'] ?? (process.env['AUTH'] || (isLoopback(host) ? 'off' : undefined));
  const entry = options.entry ?? join(workspaceRoot(), 'apps', name, 'dist', 'main.js');
  const child = new ManagedProcess({
    name,
    command: process.execPath,
    args: [...(options.nodeOptions ?? []), '--enable-source-maps', ...watchingParent(), entry],
    env: {
      ...withoutJestOptions(process.env),
      ...options.env,
      AUTH: auth,
      HOST: host,
      PORT: String(port),
    },
    cwd: options.cwd ?? workspaceRoot(),
    isReady: () => answers(`${url}/health/ready`),
    isAlive: () => answers(`${url}/health/live`, ALIVE_WITHIN_MS),
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    stopGraceMs: options.stopGraceMs ?? 15_000,
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
  });
  return serverHandle(child, port, { url });
}

/**
 * Starts a service and resolves when its /health/ready says so. Throws with the last lines of its
 * log when it does not get there.
 */
export async function startService(options: ServiceOptions): Promise<ServiceHandle> {
  const service = serviceProcess(options);
  await service.process.start();
  return service;
}

async function answers(url: string, withinMs = 2000): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The address to ask a service at that listens on `host`. */
export function reachable(host: string): string {
  if (['0.0.0.0', '::', 'localhost'].includes(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** A service started from a test must not inherit what was meant for the test runner. */
function withoutJestOptions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env['JEST_WORKER_ID'] === undefined) return env;
  const { NODE_OPTIONS: _nodeOptions, JEST_WORKER_ID: _worker, NODE_ENV: _nodeEnv, ...rest } = env;
  return rest;
}
