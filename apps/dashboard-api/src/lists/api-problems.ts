import { applyDecorators } from '@nestjs/common';
import { ApiResponse, type HeaderObject } from '@nestjs/swagger';
import { FORMATS } from './core/formats.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const EXAMPLES = {
  400: {
    description: 'A parameter is unknown or has a value that is not allowed; `errors` names each.',
    title: 'Bad Request',
    detail: 'The query is not valid: limit must be a whole number from 1 to 1000.',
    errors: [{ field: 'limit', message: 'limit must be a whole number from 1 to 1000' }],
  },
  401: {
    description: 'It is not known who asks; `reason` and `detail` say why.',
    title: 'Unauthorized',
    detail: 'The token has expired.',
    reason: 'expired',
  },
  403: {
    description: 'Who asks may not do this.',
    title: 'Forbidden',
    detail: 'This is for the role admin; yours is viewer.',
    reason: 'forbidden',
  },
  404: {
    description: 'There is no such thing.',
    title: 'Not Found',
    detail: 'There is no user ada.',
  },
  409: {
    description: 'It cannot be done as things are; `detail` says why.',
    title: 'Conflict',
    detail: 'AUTH is off here: nobody needs to log in.',
  },
  429: {
    description: 'There were too many attempts.',
    title: 'Too Many Requests',
    detail: 'There were too many attempts; try again in 480 s.',
    reason: 'throttled',
  },
  406: {
    description: 'The Accept header allows none of the formats.',
    title: 'Not Acceptable',
    detail: `This list is served as ${FORMATS.join(', ')}; the Accept header allows none of them.`,
  },
  503: {
    description: 'The database does not answer in time.',
    title: 'Service Unavailable',
    detail: 'The database does not answer; try again in 2 s.',
  },
} as const;

type Status = keyof typeof EXAMPLES;

type Headers = Record<string, HeaderObject>;
const RETRY: Headers = {
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } },
};
const WAYS: Headers = {
  'WWW-Authenticate': {
    description: 'How to say who one is, and what was wrong (RFC 6750)',
    schema: { type: 'string' },
  },
};
const HEADERS: { readonly [status in Status]?: Headers } = {
  401: WAYS,
  403: WAYS,
  429: RETRY,
  503: RETRY,
};

/** What an OpenAPI document says of a problem answer. */
export function problemAnswer(status: Status) {
  const { description, ...body } = EXAMPLES[status];
  const example = { type: 'about:blank', status, ...body };
  return {
    description,
    headers: HEADERS[status] ?? {},
    content: { 'application/problem+json': { schema: PROBLEM, example } },
  };
}

/** Documents the problem answers of a route, beside those of the guard (access/openapi-security). */
export const ApiProblems = (...statuses: Status[]): MethodDecorator =>
  applyDecorators(...statuses.map((status) => ApiResponse({ status, ...problemAnswer(status) })));
