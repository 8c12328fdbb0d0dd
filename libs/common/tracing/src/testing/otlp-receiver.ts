import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { receivedSpans, type ReceivedSpan } from './received-spans.js';

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Path and headers of each request. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** What is answered from now on; undefined: nothing at all. */
  answer: number | undefined;
  /** What is said where it is not taken. */
  body: string;
  /** The first span that fits, as soon as it is there. @throws with the names of all others */
  find(what: string, fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
  close(): Promise<void>;
}

const LONGEST_MS = 20_000;

/** A receiver of traces by OTLP over HTTP, on a free port of the loopback address. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      requests.push({ path: request.url!, headers: request.headers });
      const { answer } = receiver;
      if (answer === undefined) return;
      if (answer === 200) spans.push(...receivedSpans(body));
      response
        .writeHead(answer, { 'content-type': 'application/x-protobuf' })
        .end(answer === 200 ? '' : receiver.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    answer: 200,
    body: '',
    find: async (what, fits) => {
      for (const until = Date.now() + LONGEST_MS; Date.now() < until;) {
        const found = spans.find(fits);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no span ${what}; there are ${spans.map(({ name }) => name).join(', ')}`);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
