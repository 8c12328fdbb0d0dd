import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { FORMATS } from './core/formats.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const EXAMPLES = {
  400: {
    description: 'A parameter is unknown or has a value that is not allowed; `errors` names each.',
    title: 'Bad Request',
    detail: 'The query is not valid: limit must be a whole number from 1 to 1000.',
    errors: [{ field: 'limit', message: 'limit must be a whole number from 1 to 1000' }],
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

/** Documents the problem answers of a route. */
export const ApiProblems = (...statuses: (keyof typeof EXAMPLES)[]): MethodDecorator =>
  applyDecorators(
    ...statuses.map((status) => {
      const { description, ...body } = EXAMPLES[status];
      const headers =
        status === 503
          ? {
              'Retry-After': {
                description: 'Seconds to wait',
                schema: { type: 'integer' as const },
              },
            }
          : {};
      const example = { type: 'about:blank', status, ...body };
      return ApiResponse({
        status,
        description,
        headers,
        content: { 'application/problem+json': { schema: PROBLEM, example } },
      });
    }),
  );
