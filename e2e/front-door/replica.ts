import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Takes an answer that long, in which a death catches it. */
const WORK_MS = 20;

/** A replica of both APIs that can die in the middle of its work, and come back. */
export class Replica {
  /** Requests that it has had, but for those of health checks. */
  asked = 0;
  /** Those that it has not answered yet. */
  underWay = 0;
  private server: Server | undefined;

  constructor(readonly port: number) {}

  async start(): Promise<void> {
    this.server = createServer((request, answer) => this.take(request, answer));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** As a kill -9 does: every connection breaks, and nothing listens any more. */
  die(): void {
    this.server?.close();
    this.server?.closeAllConnections();
    this.server = undefined;
  }

  private take(request: IncomingMessage, answer: ServerResponse): void {
    const isCheck = request.url === '/health/ready';
    if (!isCheck) {
      this.asked++;
      this.underWay++;
    }
    request.resume().on('end', () => {
      const status = Number(request.headers['x-answer'] ?? (request.method === 'POST' ? 202 : 200));
      setTimeout(
        () => {
          if (!isCheck) this.underWay--;
          answer.writeHead(status, { 'content-type': 'application/json' }).end('{}');
        },
        isCheck ? 0 : WORK_MS,
      );
    });
  }
}
