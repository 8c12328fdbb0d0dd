import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems } from './api-problems.js';
import { CSV_TYPE, JSON_TYPE, NDJSON_TYPE } from './core/formats.js';

/** What a route of a list says of it in the OpenAPI document. */
export interface ListAbout {
  readonly summary: string;
  /** What generated clients call it, where that is not its controller and method. */
  readonly operationId?: string;
  /** See the list's. */
  readonly saysCut?: boolean;
}

const CUT = {
  type: ['object', 'null'],
  required: ['why', 'at'],
  properties: {
    why: {
      type: 'string',
      enum: ['limit', 'search'],
      description: 'limit: the page is full; search: as much was looked through as a request may',
    },
    at: { type: 'string', format: 'date-time', description: 'How far back it looked' },
  },
  description: 'Why there may be more behind the page; null: there is no more in the range',
} as never;

/** Documents a list: its rows in each format, and its errors. */
export const ApiList = (row: Type, { saysCut, ...about }: ListAbout): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(row),
    ApiOperation({
      ...about,
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
            required: ['data', 'next_cursor', ...(saysCut ? ['cut'] : [])],
            properties: {
              data: { type: 'array', items: { $ref: getSchemaPath(row) } },
              next_cursor: { type: ['string', 'null'], description: 'Null at the end' } as never,
              ...(saysCut && { cut: CUT }),
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
