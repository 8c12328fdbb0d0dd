import { connect } from 'node:net';

/**
 * Sends one request to a TCP server and returns what it answers, once `isWhole` says that all of it
 * is here. Undefined when the server is not there, closes, or does not answer within `timeoutMs`.
 */
export function tcpRequest(
  port: number,
  request: Buffer,
  isWhole: (answer: Buffer) => boolean,
  host = '127.0.0.1',
  timeoutMs = 1000,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const socket = connect({ port, host });
    const finish = (result: Buffer | undefined): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (isWhole(answer)) finish(answer);
    });
  });
}
