import { fieldName, type BsonWriter, type FieldName } from './bson-writer.js';

const names = new Map<string, FieldName>();

function nameOf(name: string): FieldName {
  let known = names.get(name);
  if (!known) names.set(name, (known = fieldName(name)));
  return known;
}

/**
 * Writes the fields of an object as the driver does: texts, numbers, booleans, times, null, and
 * arrays and objects of these. Names are kept, so they must be few, and the platform's own.
 */
export function writeFields(writer: BsonWriter, fields: object): void {
  for (const name in fields)
    writeValue(writer, nameOf(name), (fields as Record<string, unknown>)[name]);
}

function writeValue(writer: BsonWriter, name: FieldName, value: unknown): void {
  if (typeof value === 'string') writer.text(name, value);
  else if (typeof value === 'number') writer.number(name, value);
  else if (typeof value === 'boolean') writer.boolean(name, value);
  else if (value === null || value === undefined) writer.null(name);
  else if (value instanceof Date) writer.date(name, value.getTime());
  else if (Array.isArray(value)) {
    const array = writer.openArray(name);
    for (let i = 0; i < value.length; i++) writeValue(writer, nameOf(String(i)), value[i]);
    writer.close(array);
  } else {
    const document = writer.open(name);
    writeFields(writer, value);
    writer.close(document);
  }
}
