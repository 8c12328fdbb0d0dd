import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Set by Node while a request of this connection is being answered. */
type Carrier = Socket & { _httpMessage?: unknown; _parent?: Socket; [USED]?: boolean };

interface Connection {
  readonly socket: Socket;
  /** What requests come on: with TLS another one than what was accepted. */
  carrier: Carrier;
}

const USED = Symbol('had a request since it was looked at');
/** Accepted beyond the limit, while those that make room for them are closing. */
const CLOSING = 128;

/**
 * Holds a server to so many connections. Where one more comes, one that has had no request for
 * long, and has none under way, makes room: whoever opens connections and is silent shuts nobody
 * out. Where each has a request under way, the new one is closed.
 * @returns to be called with each request
 */
export function limitConnections(
  server: Server,
  limit: number,
): (request: IncomingMessage) => void {
  // In the order in which they are looked at. One that had a request since goes to the end.
  const connections = new Map<Socket, Connection>();
  server.maxConnections = limit + CLOSING;
  server.on('connection', (socket: Socket) => {
    if (connections.size >= limit && !makeRoom(connections)) return void socket.destroy();
    connections.set(socket, { socket, carrier: socket });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('secureConnection', (carrier: Carrier) => {
    const connection = carrier._parent && connections.get(carrier._parent);
    if (connection) connection.carrier = carrier;
  });
  return ({ socket }) => void ((socket as Carrier)[USED] = true);
}

/** Looks at each once, and a second time at those that had a request. */
function makeRoom(connections: Map<Socket, Connection>): boolean {
  for (let looks = 2 * connections.size; looks > 0; looks--) {
    const [connection] = connections.values();
    if (!connection) return false;
    const { socket, carrier } = connection;
    connections.delete(socket);
    if (carrier[USED] !== true && !carrier._httpMessage) {
      socket.destroy();
      return true;
    }
    carrier[USED] = false;
    connections.set(socket, connection);
  }
  return false;
}
