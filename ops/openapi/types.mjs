// TypeScript of an OpenAPI document: an interface for each schema, and for each path what a GET of
// it takes and answers, and what the other methods take and answer.

const HEAD = '/* Written from /openapi.json by ops/openapi/write.mjs. Long as the API is. */\n';
const JSON_TYPE = 'application/json';
const NAME = /^[A-Za-z_$][\w$]*$/;

/** A property name, quoted where it has to be. */
const key = (name) => (NAME.test(name) ? name : JSON.stringify(name));
/** Which sensors there are differs from installation to installation. */
const OPEN = new Set(['sensor_type']);
const union = (types) => [...new Set(types)].join(' | ') || 'unknown';
const literal = (values) => union(values.map((value) => JSON.stringify(value)));

/** The type of a schema, as text. */
export function typeOf(schema) {
  if (!schema || Object.keys(schema).length === 0) return 'unknown';
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  const or =
    schema.nullable === true ? [typeOf({ ...schema, nullable: false }), 'null'] : undefined;
  if (or) return union(or);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return literal(schema.enum);
  const options = schema.oneOf ?? schema.anyOf;
  if (options) return union(options.map(typeOf));
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  if (Array.isArray(schema.type))
    return union(schema.type.map((type) => typeOf({ ...schema, type })));
  return typeOfKind(schema);
}

function typeOfKind(schema) {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'array':
      return `readonly (${typeOf(schema.items)})[]`;
    default:
      return objectOf(schema);
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const doc = schema.description ? `/** ${schema.description.replaceAll('*/', '* /')} */\n` : '';
    return `${doc}readonly ${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`;
  });
  if (fields.length === 0 && additionalProperties && additionalProperties !== true)
    return `Readonly<Record<string, ${typeOf(additionalProperties)}>>`;
  if (fields.length === 0) return 'Readonly<Record<string, unknown>>';
  return `{ ${fields.join('\n')} }`;
}

const jsonOf = (content) =>
  content?.[JSON_TYPE] ? typeOf(content[JSON_TYPE].schema) : content ? 'unknown' : 'undefined';

/** What one operation takes and answers. */
function operationOf({ parameters = [], requestBody, responses = {} }) {
  const query = parameters.filter((each) => each.in === 'query');
  const fields = query.map(
    ({ name, required, schema }) =>
      `readonly ${key(name)}${required ? '' : '?'}: ${OPEN.has(name) ? 'string' : typeOf(schema)} | undefined;`,
  );
  const asked = fields.length > 0 ? `{ ${fields.join(' ')} }` : 'Readonly<Record<string, never>>';
  const good = Object.keys(responses).find((status) => status.startsWith('2'));
  return `{ readonly query: ${asked}; readonly body: ${jsonOf(requestBody?.content)}; readonly answer: ${jsonOf(responses[good]?.content)} }`;
}

/** The whole file for a document. */
export function typesOf(document) {
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const models = schemas.map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`);
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const methods = Object.entries(operations).map(
      ([method, operation]) => `readonly ${method}: ${operationOf(operation)};`,
    );
    return `readonly ${JSON.stringify(path)}: { ${methods.join(' ')} };`;
  });
  return [HEAD, ...models, `export interface Api { ${paths.join('\n')} }`].join('\n');
}
