import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * One keep-alive connection that sends prepared requests, one at a time. Lean, so that the
 * machine's time goes to the server.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private buffered = '';
  private waiting:
    { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  private readonly connected: Promise<void>;
  open = true;

  /** @param ca the certificate to know the server by, in PEM: TLS; absent: none */
  constructor(port: number, ca?: string) {
    const to = { port, host: '127.0.0.1' };
    this.socket = ca === undefined ? connect({ ...to, noDelay: true }) : connectTls({ ...to, ca });
    this.socket.setNoDelay(true);
    this.connected = new Promise((resolve, reject) =>
      this.socket
        .once(ca === undefined ? 'connect' : 'secureConnect', resolve)
        .once('error', reject),
    );
    this.connected.catch(() => undefined);
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => this.receive(text));
    this.socket.on('close', () => this.fail(new Error('the server closed the connection')));
    this.socket.on('error', (error) => this.fail(error));
  }

  /** Sends a whole request; gives the status of its answer. Rejects when the connection breaks. */
  async send(request: Buffer): Promise<number> {
    await this.connected;
    if (!this.open) throw new Error('the connection is closed');
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.open = false;
    this.socket.destroy();
  }

  private receive(text: string): void {
    this.buffered += text;
    const end = this.buffered.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /content-length: (\d+)/i.exec(this.buffered.slice(0, end));
    const total = end + 4 + Number(length?.[1] ?? 0);
    if (this.buffered.length < total) return;
    const status = Number(this.buffered.slice(9, 12));
    this.buffered = this.buffered.slice(total);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(status);
  }

  private fail(error: Error): void {
    this.open = false;
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

/** A POST request as bytes. */
export function postRequest(
  path: string,
  contentType: string,
  body: Buffer,
  encoding?: string,
): Buffer {
  const extra = encoding ? `Content-Encoding: ${encoding}\r\n` : '';
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\n${extra}Content-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Counts of answers by status; 0 stands for a broken connection. */
export type Statuses = Map<number, number>;

/**
 * Each connection sends its next request as soon as the last is answered, until `total` requests
 * are sent.
 */
export async function closedLoop(
  port: number,
  requests: readonly Buffer[],
  connections: number,
  total: number,
): Promise<Statuses> {
  const statuses: Statuses = new Map();
  let next = 0;
  const work = async (): Promise<void> => {
    const connection = new HttpConnection(port);
    while (next < total) {
      const status = await connection.send(requests[next++ % requests.length]!);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, work));
  return statuses;
}
