/** A schema as the API server's OpenAPI 2 document has it, in the keywords that matter here. */
interface OpenApiSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly enum?: readonly unknown[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
  readonly [keyword: string]: unknown;
}

export interface OpenApiDocument {
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
}

type JsonSchema = Readonly<Record<string, unknown>>;

const KEPT = [
  'required',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;
const REFERENCE = '#/definitions/';
/** Written as a string or a number, whatever the document calls it. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

/**
 * JSON schemas for kubeconform from an API server's own OpenAPI document: one file for each kind,
 * named `<kind>-<group's first word>-<version>.json` as kubeconform's
 * {{.ResourceKind}}{{.KindSuffix}} names it. A field that the server does not know is an error;
 * null stands for a field that is not there.
 */
export function strictSchemas({ definitions }: OpenApiDocument): Map<string, JsonSchema> {
  const files = new Map<string, JsonSchema>();
  const all = new Map(
    Object.entries(definitions).map(([name, schema]) => [name, definition(name, schema)]),
  );
  for (const [name, schema] of Object.entries(definitions)) {
    if (schema.properties?.['metadata'] === undefined) continue;
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      const file =
        [kind, group.split('.')[0], version].filter(Boolean).join('-').toLowerCase() + '.json';
      files.set(file, {
        allOf: [{ $ref: REFERENCE + name }, { required: ['apiVersion', 'kind'] }],
        definitions: neededBy(name, all),
      });
    }
  }
  return files;
}

/**
 * The definition and those that it refers to, and so on: kubeconform reads a file anew for each
 * kind, so it holds no more than that.
 */
function neededBy(name: string, all: ReadonlyMap<string, JsonSchema>): Record<string, JsonSchema> {
  const needed: Record<string, JsonSchema> = {};
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const schema = all.get(next);
    if (schema === undefined || Object.hasOwn(needed, next)) continue;
    needed[next] = schema;
    for (const [, target] of JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g))
      open.push(target!);
  }
  return needed;
}

function definition(name: string, schema: OpenApiSchema): JsonSchema {
  if (name === QUANTITY) return { type: ['string', 'number'] };
  if (name === INT_OR_STRING) return { type: ['string', 'integer'] };
  return strict(schema);
}

function strict(schema: OpenApiSchema): JsonSchema {
  if (schema.$ref !== undefined) return { $ref: REFERENCE + schema.$ref.split('/').at(-1)! };
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string')
    return { type: ['string', 'integer'] };
  const { type, properties, additionalProperties, items } = schema;
  return {
    ...Object.fromEntries(
      KEPT.filter((keyword) => keyword in schema).map((keyword) => [keyword, schema[keyword]]),
    ),
    ...(schema.enum && { enum: schema.enum }),
    ...(type !== undefined && { type }),
    ...(items && { items: strict(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([field, value]) => [
          field,
          schema['required'] instanceof Array && schema['required'].includes(field)
            ? strict(value)
            : orNull(strict(value)),
        ]),
      ),
      ...(schema['x-kubernetes-preserve-unknown-fields'] ? {} : { additionalProperties: false }),
    }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: orNull(strict(additionalProperties)),
    }),
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
