import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 25;
const READINGS = 5;
const TIMEOUT_MS = 20_000;

/**
 * Clients that send and read without a second try: whatever is refused, cut off or late is a
 * failure. Most keep their connections, some open one for each request.
 */
export class Clients {
  readonly failures: string[] = [];
  /** Ids of the readings that were acknowledged. */
  readonly acknowledged = new Set<string>();
  answered = 0;
  private stopped = false;
  private readonly running: Promise<void>[] = [];
  private readonly agent = new Agent({ keepAlive: true });

  /**
   * Starts `senders` that POST to one port and `readers` that GET from another; every fourth of
   * each opens a connection for each request.
   */
  static start(
    ports: { readonly ingestion: number; readonly dashboard: number },
    senders = 8,
    readers = 4,
  ): Clients {
    const clients = new Clients();
    for (let i = 0; i < senders; i++)
      clients.running.push(clients.repeat(() => clients.send(ports.ingestion, i)));
    for (let i = 0; i < readers; i++)
      clients.running.push(clients.repeat(() => clients.read(ports.dashboard, i)));
    return clients;
  }

  /** Resolves when what was under way is answered. */
  async end(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
    this.agent.destroy();
  }

  private async repeat(once: () => Promise<void>): Promise<void> {
    for (; !this.stopped; await delay(PAUSE_MS)) {
      await once().catch((error: NodeJS.ErrnoException) =>
        this.failures.push(error.code ? `${error.code}: ${error.message}` : error.message),
      );
      this.answered++;
    }
  }

  private async send(port: number, i: number): Promise<void> {
    const ids = Array.from({ length: READINGS }, () => randomUUID());
    const readings = ids.map((event_id, n) => ({
      device_id: `device-${i}-${n}`,
      event_id,
      temperature_c: 20 + n,
      humidity: 50,
    }));
    await this.exchange(port, 'POST', '/ingest/batch', 202, i, JSON.stringify(readings));
    for (const id of ids) this.acknowledged.add(id);
  }

  private read(port: number, i: number): Promise<void> {
    return this.exchange(
      port,
      'GET',
      i % 2 === 0 ? '/devices?limit=10' : '/telemetry?limit=10',
      200,
      i,
    );
  }

  private exchange(
    port: number,
    method: string,
    path: string,
    wanted: number,
    i: number,
    body?: string,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{
            host: '127.0.0.1',
            port,
            method,
            path,
            timeout: TIMEOUT_MS,
            agent: i % 4 === 3 ? false : this.agent,
          },
          headers:
            body === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('error', reject);
          response.on('end', () => {
            if (response.statusCode === wanted) resolve();
            else
              reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 300)}`));
          });
        },
      );
      sent.on('timeout', () =>
        sent.destroy(new Error(`${method} ${path}: no answer within ${TIMEOUT_MS} ms`)),
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
