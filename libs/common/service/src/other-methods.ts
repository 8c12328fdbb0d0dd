import type { FastifyInstance } from 'fastify';
import { problem, sendProblem } from './problem.js';

/**
 * A path that exists, asked for with a method that it does not have, is a 405 that names those it
 * has; Fastify alone says 404.
 */
export function refuseOtherMethods(server: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = methods.get(url) ?? new Set<string>();
    for (const each of [method].flat()) known.add(each);
    methods.set(url, known);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const path = request.is404 ? pathOf(request.url) : undefined;
    const allowed = path && [...methods].find(([pattern]) => matches(pattern, path))?.[1];
    if (!allowed || allowed.has(request.method)) return done();
    const allow = [...allowed].join(', ');
    void sendProblem(
      reply,
      problem(405, `${request.method} is not served here; allowed: ${allow}.`),
      { allow },
    );
  });
}

/**
 * The parts of the path of a target, which may be a whole address, decoded as the router does it.
 */
function pathOf(url: string): string[] | undefined {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  try {
    return path.replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Whether a path fits a route pattern such as `/devices/:id/telemetry`. */
function matches(pattern: string, path: readonly string[]): boolean {
  const wanted = pattern.replace(/\/$/, '').split('/');
  return (
    wanted.length === path.length &&
    wanted.every((part, i) => part === path[i] || (part.startsWith(':') && path[i] !== ''))
  );
}
