import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { printable, printableJson, withoutSecrets } from '@iot/printable';

/**
 * An RFC 9457 problem document: the only shape of an error answer. `errors` names fields where the
 * body is to blame.
 */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly field?: string; readonly message: string }[];
  readonly [extension: string]: unknown;
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** Most characters of a detail, which may name what the caller sent. */
const DETAIL = 1000;
/** Most errors that an answer lists, and most characters of what each says. */
const ERRORS = 100;
const SAID = 500;

type Errors = NonNullable<Problem['errors']>;

/** A caller is told what is wrong, and not sent back all that it sent. */
function bounded(errors: Errors): { errors: Errors; errors_omitted?: number } {
  const omitted = errors.length - ERRORS;
  return {
    errors: errors.slice(0, ERRORS).map((error) => ({
      ...error,
      ...(error.field !== undefined && { field: shortened(error.field) }),
      message: shortened(error.message),
    })),
    ...(omitted > 0 && { errors_omitted: omitted }),
  };
}

const shortened = (text: string): string =>
  text.length <= SAID ? text : `${text.slice(0, SAID - 1)}…`;

export const problem = (
  status: number,
  detail: string,
  extensions: Omit<Partial<Problem>, 'status' | 'detail'> = {},
): Problem => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'Error',
  status,
  detail: printable(detail, DETAIL),
  ...extensions,
  ...(extensions['errors'] !== undefined && bounded(extensions['errors'] as Errors)),
});

/** Thrown by a controller to answer with a problem document. */
export class ProblemError extends HttpException {
  constructor(
    status: number,
    detail: string,
    extensions: Omit<Partial<Problem>, 'status' | 'detail'> = {},
  ) {
    super(problem(status, detail, extensions), status);
  }
}

/** A problem document as text; nothing in it disturbs a terminal, or is the secret of a key. */
export const problemJson = (body: Problem): string =>
  withoutSecrets(printableJson(JSON.stringify(body)));

/** Sends a problem document. */
export function sendProblem(
  reply: FastifyReply,
  body: Problem,
  headers: Record<string, string> = {},
): FastifyReply {
  return reply
    .code(body.status)
    .headers(headers)
    .type('application/problem+json')
    .send(problemJson(body));
}
