import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { MAX_LISTED_ERRORS } from '@iot/intake';
import { PROBLEM_SCHEMA, serveOpenApi } from '@iot/service';
import type { ReadingDto } from '@iot/telemetry';
import type { IngestionConfig } from './config.js';
import { problemResponse } from './openapi-problem.js';
import { securityErrors, securityOf, securitySchemes } from './openapi-security.js';

const READING = { $ref: '#/components/schemas/Reading' };
const EXAMPLE = {
  device_id: 'greenhouse-7',
  ts: '2026-01-31T12:00:00Z',
  temperature_c: 21.5,
  humidity: 40,
};
const LINES = `${JSON.stringify(EXAMPLE)}\n${JSON.stringify({ device_id: 'greenhouse-8', voltage: 229.8 })}\n`;
const EVENT_ID = 'bQ3kXw0Hc1aVZr5uJt2NfA';

const header = (name: string, description: string, schema: object) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});
const ENCODING = header('Content-Encoding', 'How the body is compressed', {
  type: 'string',
  enum: ['gzip', 'deflate', 'br'],
});
const TRACE = header('traceparent', 'W3C trace context; carried into the records’ headers', {
  type: 'string',
});
const KEY = header(
  'Idempotency-Key',
  'The reading’s event_id where its body has none: the same key sent again is the same event',
  {
    type: 'string',
    pattern: '^"?[A-Za-z0-9._:-]{1,64}"?$',
  },
);
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to try again', schema: { type: 'integer' } },
};

const itemErrors = {
  type: 'array',
  maxItems: MAX_LISTED_ERRORS,
  items: { $ref: '#/components/schemas/ItemError' },
};
const schemas = {
  Problem: { ...PROBLEM_SCHEMA },
  ItemError: {
    type: 'object',
    required: ['index', 'field', 'message'],
    properties: {
      index: { type: 'integer', description: 'of the array element or line, from 0' },
      field: { type: 'string', description: 'empty: the whole item' },
      message: { type: 'string' },
    },
  },
  Queued: {
    type: 'object',
    required: ['status', 'device_id', 'event_id'],
    properties: {
      status: { const: 'queued' },
      device_id: { type: 'string' },
      event_id: { type: 'string' },
    },
  },
  BatchQueued: {
    type: 'object',
    required: ['status', 'accepted', 'rejected', 'errors'],
    properties: {
      status: { const: 'queued' },
      accepted: { type: 'integer' },
      rejected: { type: 'integer' },
      errors: itemErrors,
      errors_omitted: {
        type: 'integer',
        description: `errors beyond the ${MAX_LISTED_ERRORS} that are listed`,
      },
    },
  },
};

const ITEM_ERROR = { index: 3, field: 'humidity', message: 'must be a finite number' };

function errors(limit: number, types: string) {
  return {
    413: problemResponse('The body is larger than allowed, counted after inflation', {
      title: 'Content Too Large',
      status: 413,
      detail: `The body is larger than ${limit} bytes, counted after inflation. Send less at once.`,
    }),
    415: problemResponse('Content-Type or Content-Encoding is not one of those taken', {
      title: 'Unsupported Media Type',
      status: 415,
      detail: `Content-Type must be ${types}, in UTF-8.`,
    }),
    429: problemResponse(
      'A device is over its quota',
      { title: 'Too Many Requests', status: 429, detail: 'Device greenhouse-7 is over its quota.' },
      RETRY_AFTER,
    ),
    503: problemResponse(
      'Kafka did not acknowledge in time, or the buffer is full; nothing is lost by sending again',
      {
        title: 'Service Unavailable',
        status: 503,
        detail:
          'Kafka did not acknowledge in time. Send it again: with an event_id or a ts that is harmless.',
      },
      RETRY_AFTER,
    ),
    408: problemResponse('The request did not arrive in time', {
      title: 'Request Timeout',
      status: 408,
      detail: 'The request did not arrive in time.',
    }),
  };
}

function paths(config: IngestionConfig): object {
  const asked = config.AUTH === 'on';
  return {
    '/ingest': {
      post: {
        tags: ['ingestion'],
        operationId: 'ingest',
        summary: 'Take one reading',
        description: 'Answers when Kafka has acknowledged the reading on all in-sync replicas.',
        ...securityOf(asked),
        parameters: [KEY, ENCODING, TRACE],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: READING, example: EXAMPLE } },
        },
        responses: {
          202: {
            description: 'Kafka holds the reading',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Queued' },
                example: { status: 'queued', device_id: 'greenhouse-7', event_id: EVENT_ID },
              },
            },
          },
          400: problemResponse('The reading is not valid', {
            title: 'Bad Request',
            status: 400,
            detail: 'The reading is not valid.',
            errors: [{ field: 'humidity', message: 'must be a finite number' }],
          }),
          ...securityErrors(asked),
          ...errors(config.MAX_BODY_BYTES, 'application/json'),
        },
      },
    },
    '/ingest/batch': {
      post: {
        tags: ['ingestion'],
        operationId: 'ingestBatch',
        summary: 'Take many readings',
        description: `At most ${config.MAX_BATCH_EVENTS} readings, as a JSON array or as one JSON object a line. A bad item is refused alone.`,
        ...securityOf(asked),
        parameters: [ENCODING, TRACE],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'array', maxItems: config.MAX_BATCH_EVENTS, items: READING },
              example: [EXAMPLE],
            },
            'application/x-ndjson': { schema: { type: 'string' }, example: LINES },
          },
        },
        responses: {
          202: {
            description: 'Kafka holds the readings that are not among the errors',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/BatchQueued' },
                example: { status: 'queued', accepted: 9, rejected: 1, errors: [ITEM_ERROR] },
              },
            },
          },
          400: problemResponse('Nothing of it is acceptable', {
            title: 'Bad Request',
            status: 400,
            detail: 'No reading of the batch is valid.',
            errors: [ITEM_ERROR],
          }),
          ...securityErrors(asked),
          ...errors(config.MAX_BATCH_BYTES, 'application/json or application/x-ndjson'),
        },
      },
    },
  };
}

/**
 * Serves the documentation. The routes stand outside Nest, so the document is told of them; what a
 * reading is comes from its DTO.
 */
export function serveIngestionApi(
  app: NestFastifyApplication,
  config: IngestionConfig,
  reading: ReadingDto,
): void {
  const extend = (document: OpenAPIObject): OpenAPIObject => ({
    ...document,
    paths: { ...document.paths, ...paths(config) },
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, ...(schemas as object) },
      ...(config.AUTH === 'on' && { securitySchemes: securitySchemes as never }),
    },
  });
  serveOpenApi(
    app,
    'Ingestion API',
    'Takes readings of devices, and answers when Kafka holds them.',
    extend,
    [reading],
  );
}
