import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { CSV_TYPE, JSON_TYPE, NDJSON_TYPE } from './responder.js';

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
    detail: `This list is served as ${JSON_TYPE}, ${CSV_TYPE}, ${NDJSON_TYPE}; the Accept header allows none of them.`,
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

/** Documents a list: its rows in each format, and its errors. */
export const ApiList = (row: Type, summary: string): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(row),
    ApiOperation({
      summary,
      description:
        'JSON answers one page; repeat the request with `cursor` set to `next_cursor` until that is null. A page may be short, or empty, before ' +
        'the end: what is rare is looked for a part of the list at a time. Rows that are added meanwhile do not disturb the pages. CSV and NDJSON stream the whole selection when no `limit` is given; with one they answer one page, and a ' +
        'Link header (rel="next") when there is another. In CSV, texts that a spreadsheet would run as a formula have an apostrophe in front.',
    }),
    ApiResponse({
      status: 200,
      description: 'Rows, the newest first',
      headers: {
        Link: {
          description: 'CSV and NDJSON with a limit: the next page, rel="next"',
          schema: { type: 'string' },
        },
      },
      content: {
        [JSON_TYPE]: {
          schema: {
            type: 'object',
            required: ['data', 'next_cursor'],
            properties: {
              data: { type: 'array', items: { $ref: getSchemaPath(row) } },
              next_cursor: { type: ['string', 'null'], description: 'Null at the end' } as never,
            },
          },
        },
        [CSV_TYPE]: {
          schema: {
            type: 'string',
            description:
              'RFC 4180 with a heading line; one column for each sensor of the catalogue where rows hold sensors',
          },
        },
        [NDJSON_TYPE]: { schema: { $ref: getSchemaPath(row) } },
      },
    }),
    ApiProblems(400, 406, 503),
  );
