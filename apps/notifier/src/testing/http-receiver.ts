import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A receiver of webhooks, which keeps what it gets. */
export class HttpReceiver {
  /** Answers of the next requests; 204 where there are none. */
  readonly answers: { status: number; headers?: Record<string, string> }[] = [];
  readonly requests: Received[] = [];
  private server: Server | undefined;

  async start(port = 0): Promise<void> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = request.headers as Record<string, string>;
        this.requests.push({ path: request.url!, headers, body: Buffer.concat(chunks).toString() });
        const { status, headers: given = {} } = this.answers.shift() ?? { status: 204 };
        response.writeHead(status, given).end();
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(port, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  /** What came to a path; throws while that is another number. */
  received(path: string, count: number): Promise<Received[]> {
    const found = this.requests.filter((request) => request.path === path);
    return found.length === count
      ? Promise.resolve(found)
      : Promise.reject(new Error(`${found.length} requests to ${path}, not ${count}`));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
