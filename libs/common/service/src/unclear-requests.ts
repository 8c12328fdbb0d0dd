import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Refuse } from './foreign-requests.js';
import { problem, problemJson, type Problem } from './problem.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Refuses, before anything else sees them, requests that two servers may understand differently:
 * with two Host headers or none, two Authorization headers, or a transfer coding besides chunked (RFC 9112, 3.2 and 6.1).
 * What Node's own parser refuses does not get here. An expectation that nobody here can meet is
 * refused too. Call it when all that listens to requests does so.
 * @param onRequest is told of each request before
 * @param foreign refuses more, such as what is addressed to somebody else
 */
export function refuseUnclear(
  server: Server,
  onRequest: (request: IncomingMessage) => void,
  foreign: Refuse | undefined,
): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    refuse(response, problem(417, 'The only expectation that is met is 100-continue.')),
  );
  server.on('request', (request, response) => {
    onRequest(request);
    const refusal = unclear(request) ?? foreign?.(request);
    if (refusal === undefined) for (const listener of listeners) listener(request, response);
    else refuse(response, refusal);
  });
}

function unclear({ rawHeaders, headers, httpVersion }: IncomingMessage): Problem | undefined {
  let hosts = 0;
  let authorizations = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations++;
  }
  if (hosts !== 1 && (hosts > 1 || httpVersion === '1.1'))
    return problem(400, 'The request must have one Host header.');
  if (authorizations > 1)
    return problem(400, 'The request must have one Authorization header, or none.');
  const coding = headers['transfer-encoding'];
  if (coding === undefined || coding.toLowerCase() === 'chunked') return undefined;
  return problem(
    501,
    'The only Transfer-Encoding that is taken is chunked. Compress with Content-Encoding.',
  );
}

function refuse(response: ServerResponse, body: Problem): void {
  const text = problemJson(body);
  response.writeHead(body.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}
