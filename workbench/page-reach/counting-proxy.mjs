import { connect, createServer } from 'node:net';

/**
 * Stands between a process and MongoDB, and counts the commands that pass: messages of its
 * protocol begin with their length, 32 bits, little-endian.
 */
export async function countingProxy(target) {
  let commands = 0;
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let rest = Buffer.alloc(0);
    client.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let length; rest.length >= 4 && rest.length >= (length = rest.readInt32LE(0));) {
        commands++;
        rest = rest.subarray(length);
      }
      upstream.write(chunk);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => (client.destroy(), upstream.destroy(), sockets.delete(socket)));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String(server.address().port);
  return {
    url: url.href,
    commands: () => commands,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
