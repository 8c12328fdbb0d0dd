import { problem, sendProblem } from '@iot/common/service';
import type { FastifyInstance } from 'fastify';

/** A path that exists, asked for with a method that it does not have, is a 405 that names those it has; Fastify alone says 404. */
export function refuseOtherMethods(server: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = methods.get(url) ?? new Set<string>();
    for (const each of [method].flat()) known.add(each);
    methods.set(url, known);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?')[0]!;
    const allowed = request.is404 ? [...methods].find(([pattern]) => matches(pattern, path))?.[1] : undefined;
    if (!allowed || allowed.has(request.method)) return done();
    const allow = [...allowed].join(', ');
    void sendProblem(reply, problem(405, `${request.method} is not served here; allowed: ${allow}.`), { allow });
  });
}

/** Whether a path fits a route pattern such as `/devices/:id/telemetry`. */
function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern, path].map((text) => text.replace(/\/$/, '').split('/'));
  return wanted!.length === given!.length && wanted!.every((part, i) => part === given![i] || (part.startsWith(':') && given![i] !== ''));
}
