import type { ManagedProcess } from './managed-process.js';

/** A server that is ours to start, stop and kill. */
export interface ServerHandle {
  readonly process: ManagedProcess;
  readonly port: number;
  readonly pid: number;
  /** The last lines of its log. */
  readonly output: readonly string[];
  /** Clean shutdown; SIGKILL after its grace time. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /**
   * Stops it when it runs and starts it on the same port and data; resolves when it serves again.
   */
  restart(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** The handle of a process. @param more what is known of this kind of server */
export const serverHandle = <More extends object>(
  process: ManagedProcess,
  port: number,
  more: More,
): ServerHandle & More =>
  // The target keeps its getters: each start changes what they say.
  Object.assign(
    {
      process,
      port,
      get pid() {
        return process.pid;
      },
      get output() {
        return process.output;
      },
      stop: () => process.stop(),
      kill: () => process.kill(),
      restart: () => process.restart(),
      signal: (signal: NodeJS.Signals) => process.signal(signal),
    },
    more,
  );
