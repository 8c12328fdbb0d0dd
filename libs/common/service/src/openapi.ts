import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { VERSION } from './run.js';

/**
 * Serves Swagger UI at `/docs` and the OpenAPI 3.1 document at `/openapi.json`. `extend` may add to
 * the document; `models` are classes whose schemas it names though no controller does.
 */
export function serveOpenApi(
  app: NestFastifyApplication,
  title: string,
  description: string,
  extend: (document: OpenAPIObject) => OpenAPIObject = (d) => d,
  models: readonly (new () => object)[] = [],
): void {
  const base = new DocumentBuilder()
    .setTitle(title)
    .setDescription(description)
    .setVersion(VERSION)
    .setOpenAPIVersion('3.1.0')
    .build();
  SwaggerModule.setup(
    'docs',
    app,
    () => extend(SwaggerModule.createDocument(app, base, { extraModels: [...models] })),
    {
      jsonDocumentUrl: 'openapi.json',
      yamlDocumentUrl: 'openapi.yaml',
    },
  );
}

/** The schema of a problem document, for OpenAPI responses. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem document',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', examples: ['about:blank'] },
    title: { type: 'string', examples: ['Bad Request'] },
    status: { type: 'integer', examples: [400] },
    detail: { type: 'string', examples: ['The reading is not valid.'] },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
      examples: [[{ field: 'humidity', message: 'must be a finite number' }]],
    },
  },
} as const;
