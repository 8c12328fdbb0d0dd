import type { FastifyInstance } from 'fastify';

/**
 * The page runs its own scripts only, sends nothing elsewhere and cannot be framed. Swagger UI
 * brings inline styles.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * Puts security headers on the documentation pages; anything else is to be taken for what it says
 * it is.
 */
export function secureDocs(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    // By the route, not by the address: the router decodes %64ocs, and takes whole addresses too.
    const route = request.routeOptions.url ?? '';
    if (route.startsWith('/docs') || route.startsWith('/openapi.')) reply.headers(HEADERS);
    else reply.header('x-content-type-options', 'nosniff');
    done();
  });
}
