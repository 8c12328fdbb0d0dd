import { ROOT } from './observability/rules.js';

const { typeOf } = (await import(`${ROOT}ops/openapi/types.mjs`)) as {
  typeOf: (schema: object) => string;
};

describe('the type of a schema', () => {
  it.each<[object, string]>([
    [{}, 'unknown'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'string', nullable: true }, 'string | null'],
    [{ $ref: '#/components/schemas/AlertRow' }, 'AlertRow'],
    [{ enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: 'array', items: { type: 'number' } }, 'readonly (number)[]'],
    [{ oneOf: [{ $ref: '#/x/A' }, { type: 'null' }] }, 'A | null'],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      'Readonly<Record<string, string>>',
    ],
    [
      { type: 'object', required: ['a'], properties: { a: { type: 'string' }, 'b-c': {} } },
      '{ readonly a: string;\nreadonly "b-c"?: unknown; }',
    ],
  ])('%j is %s', (schema, type) => expect(typeOf(schema)).toBe(type));
});
