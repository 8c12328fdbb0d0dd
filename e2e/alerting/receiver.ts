import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a webhook says of one alert. */
export interface ToldOfAlert {
  readonly change: 'new' | 'resolved' | 'active';
  readonly id: string;
  readonly status: 'active' | 'resolved';
  readonly severity: 'warning' | 'critical';
}

/** One request that came with a right signature. */
export interface Told {
  readonly id: string;
  readonly body: string;
  readonly alerts: readonly ToldOfAlert[];
}

/** A receiver of webhooks, which believes what is signed and keeps it. */
export class Receiver {
  readonly told: Told[] = [];
  unsigned = 0;
  private server: Server | undefined;

  /** @param secret `whsec_` and base64 */
  constructor(private readonly secret: string) {}

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const { 'webhook-id': id = '', 'webhook-timestamp': at = '' } = request.headers;
        const signed = this.signature(`${String(id)}.${String(at)}.${body}`);
        if (request.headers['webhook-signature'] !== signed) this.unsigned++;
        else {
          const { data } = JSON.parse(body) as { data: { alerts: ToldOfAlert[] } };
          this.told.push({ id: String(id), body, alerts: data.alerts });
        }
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}/`;
  }

  /** After Standard Webhooks: HMAC-SHA256 of id, time and body. */
  private signature(text: string): string {
    const key = Buffer.from(this.secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
