import fc from 'fast-check';
import { BSON } from 'mongodb';
import { BsonWriter, fieldName } from './bson-writer.js';

type Value = string | number | boolean | Date | { [name: string]: Value };

function write(writer: BsonWriter, document: Record<string, Value>, name?: string): void {
  const start = writer.open(name === undefined ? undefined : fieldName(name));
  for (const [field, value] of Object.entries(document))
    if (typeof value === 'string') writeText(writer, field, value);
    else if (typeof value === 'number') writer.number(fieldName(field), value);
    else if (typeof value === 'boolean') writer.boolean(fieldName(field), value);
    else if (value instanceof Date) writer.date(fieldName(field), value.getTime());
    else write(writer, value, field);
  writer.close(start);
}

/** In two parts where it has two. */
function writeText(writer: BsonWriter, field: string, value: string): void {
  const slash = value.indexOf('/');
  if (slash < 0) writer.text(fieldName(field), value);
  else writer.path(fieldName(field), value.slice(0, slash), value.slice(slash + 1));
}

const name = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((text) => !text.includes('\0') && text !== '__proto__' && !text.startsWith('$'));
const { document } = fc.letrec<{ value: Value; document: Record<string, Value> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc
      .tuple(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }))
      .map((parts) => parts.join('/')),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.constantFrom(0, -0, 2 ** 31, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, 1e21),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
    tie('document'),
  ),
  document: fc.dictionary(name, tie('value'), { maxKeys: 8 }),
}));

describe('BsonWriter', () => {
  it('writes the bytes that the driver writes, one document after the other', () => {
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 5 }),
        fc.integer({ min: 1, max: 200 }),
        (documents, capacity) => {
          const writer = new BsonWriter(capacity);
          for (const each of documents) write(writer, each);
          expect(
            writer.written().equals(Buffer.concat(documents.map((each) => BSON.serialize(each)))),
          ).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
