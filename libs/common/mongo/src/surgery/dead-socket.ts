import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { MongoNetworkError } from 'mongodb';

/** The part of the driver's connection that is touched here. */
export interface DriverConnection {
  socket: EventEmitter;
  error?: Error;
  writeCommand(command: unknown, options: unknown): Promise<unknown>;
}

/**
 * The driver (7.9) writes a command to a socket that was destroyed a moment ago, and then waits for
 * its "drain", which never comes: the command hangs for ever. When it is the monitor's, as happens
 * when a busy server is killed, the server counts as unknown until the process ends. With this,
 * such a command fails when its socket closes.
 */
export function failOnDeadSocket(): void {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
    Connection: { prototype: DriverConnection };
  };
  Connection.prototype.writeCommand = untilClosed(Connection.prototype.writeCommand);
}

/** The method, but rejecting when the socket closes before it is done. */
export function untilClosed(
  write: DriverConnection['writeCommand'],
): DriverConnection['writeCommand'] {
  return async function (this: DriverConnection, command, options) {
    let onClose = (): void => undefined;
    const closed = new Promise<never>((_, reject) => {
      onClose = () =>
        reject(
          this.error ??
            new MongoNetworkError('the connection closed while a command was written to it'),
        );
      this.socket.once('close', onClose);
    });
    try {
      return await Promise.race([write.call(this, command, options), closed]);
    } finally {
      this.socket.off('close', onClose);
    }
  };
}
