import fc from 'fast-check';
import { BSON } from 'mongodb';
import { BsonWriter } from './bson-writer.js';
import { writeFields } from './written-fields.js';

const { document } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 60 }),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 12 }),
    tie('document'),
  ),
  document: fc.dictionary(fc.constantFrom('state', 'at', 'positions', 'e', '10'), tie('value')),
}));

it('writes the bytes that the driver writes', () => {
  fc.assert(
    fc.property(document, (fields) => {
      const writer = new BsonWriter(16);
      const start = writer.open();
      writeFields(writer, fields as object);
      writer.close(start);
      expect(writer.written().equals(BSON.serialize(fields as object))).toBe(true);
    }),
  );
});
