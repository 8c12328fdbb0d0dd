import { request, type Agent, type RequestOptions } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  json(): Record<string, unknown>;
}
export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** The address of this machine that it comes from: any of 127.0.0.0/8. */
  readonly from?: string;
  /** Keeps its connections. Without one each request has its own. */
  readonly agent?: Agent;
}

/** A client that knows the front door by its certificate, and asks once. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly ca: string,
  ) {}

  /** @throws when the connection fails or ends before the answer does */
  ask(path: string, asked: Asked = {}): Promise<Answer> {
    const { body } = asked;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(this.url + path, this.options(asked, text), (answer) => {
        let read = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (read += chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            headers: answer.headers,
            text: read,
            json: () => JSON.parse(read) as Record<string, unknown>,
          }),
        );
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** When each event of a stream came, in ms, until there were `count`. */
  events(path: string, asked: Asked, count: number): Promise<number[]> {
    return new Promise((resolve, reject) => {
      const came: number[] = [];
      const sent = request(this.url + path, this.options(asked), (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          for (const _ of chunk.matchAll(/^event:/gm)) came.push(performance.now());
          if (came.length < count) return;
          resolve(came);
          sent.destroy();
        });
        answer.on('end', () => reject(new Error('the stream ended')));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  private options({ method, headers, from, body, agent }: Asked, text?: string): RequestOptions {
    return {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ca: this.ca,
      agent: agent ?? false,
      timeout: 20_000,
      headers: {
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        }),
        ...headers,
      },
      ...(from !== undefined && { localAddress: from }),
    };
  }
}
