import type { Rule } from '@iot/access';
import type { OpenAPIObject, OperationObject, SecuritySchemeObject } from '@nestjs/swagger';
import { problemAnswer } from '../lists/api-problems.js';
import { ACCESS_COOKIE, CSRF_HEADER } from './cookies.js';
import { isSafe } from './gate.js';

/** How somebody says who they are. */
const SCHEMES: Record<string, SecuritySchemeObject> = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token, of POST /auth/login or of the identity provider',
  },
  serviceToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'iots_<id>_<secret>',
    description: 'A service token, for scripts and Grafana',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: ACCESS_COOKIE,
    description: 'What POST /auth/login gives a browser that asks for cookies',
  },
  csrf: {
    type: 'apiKey',
    in: 'header',
    name: CSRF_HEADER,
    description: 'What the cookie iot_csrf holds: with the cookie, for all but reading',
  },
};

/** What the guard answers. */
const ANSWERS = Object.fromEntries(
  ([401, 403, 503] as const).map((status) => [status, problemAnswer(status)]),
);

/**
 * The document with who may use what, and what others are answered.
 * @param asked whether anybody is asked who they are (AUTH=on); where not, the document says that
 *   one may also come without, and is the same otherwise, so that clients made of it fit both
 * @param rules by operation, such as `GET /devices/{id}`; what is not there is for admins alone, as
 *   the guard has it
 */
export function withSecurity(
  document: OpenAPIObject,
  asked: boolean,
  rules: ReadonlyMap<string, Rule>,
): OpenAPIObject {
  const secured = (operation: OperationObject, method: string, path: string): OperationObject => {
    const rule = rules.get(`${method} ${path}`) ?? 'admin';
    if (rule === 'anyone') return operation;
    const { description = '' } = operation;
    return {
      ...operation,
      description: `${description} For the role ${rule}.`.trim(),
      security: [...waysOf(method), ...(asked ? [] : [{}])],
      responses: { ...ANSWERS, ...operation.responses },
    };
  };
  const paths = mapped(document.paths, (operations, path) =>
    mapped(operations as Record<string, OperationObject>, (operation, method) =>
      secured(operation, method.toUpperCase(), path),
    ),
  );
  return { ...document, paths, components: { ...document.components, securitySchemes: SCHEMES } };
}

const waysOf = (method: string): Record<string, string[]>[] => [
  { accessToken: [] },
  { serviceToken: [] },
  { cookie: [], ...(!isSafe(method) && { csrf: [] }) },
];

const mapped = <V, W>(
  object: Readonly<Record<string, V>>,
  change: (value: V, key: string) => W,
): Record<string, W> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
