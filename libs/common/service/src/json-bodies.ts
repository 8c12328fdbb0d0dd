import type { FastifyInstance } from 'fastify';
import { problem, sendProblem } from './problem.js';

const JSON_TYPE = /^application\/json *(;|$)/i;

/**
 * Takes bodies of JSON alone. A form of any web page may send text/plain,
 * application/x-www-form-urlencoded and multipart/form-data anywhere, and Nest reads the first two:
 * a browser asks before it sends JSON. Paths that a service takes itself have their own rules.
 */
export function takeJsonAlone(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { headers } = request;
    const type = headers['content-type'];
    const hasBody =
      headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (request.is404 || (type === undefined ? !hasBody : JSON_TYPE.test(type))) return done();
    // Nobody reads the body of one of these.
    if (request.method === 'GET' || request.method === 'HEAD') return done();
    void sendProblem(reply, problem(415, 'Content-Type must be application/json.'), {
      'accept-post': 'application/json',
    });
  });
}
