import { MongoError, type Collection, type Document } from 'mongodb';
import { BsonWriter, fieldNames } from './bson-writer.js';
import {
  DUPLICATE_KEY,
  duplicateIndexes,
  isDocumentFault,
  StoreRefusal,
  type WriteFailure,
} from './errors.js';
import { documentSequence } from './surgery/document-sequence.js';
import { writtenDocuments } from './written-documents.js';

const FIELD = fieldNames('_id', 'device_id', 'version', 'q', 'u', '$set', 'upsert');

/** What one command holds at most. A server takes 48 MB and 100,000 documents. */
const MAX_BYTES = 16_000_000;
const MAX_DOCUMENTS = 50_000;
const GUESSED_BYTES = 256;
const DELETES_PER_COMMAND = 1000;

/**
 * The document that a compare-and-set was for, and the version that it was based on; 0: there was
 * none.
 */
export interface Guarded {
  readonly id: string;
  readonly seen: number;
  /** Where the document has a device besides its `_id`: a sharded collection may go by it. */
  readonly deviceId?: string;
}

interface Versioned {
  _id: string;
  device_id?: string;
  version: number;
}

/** What the server says of a write. */
interface Answer {
  readonly failures: readonly WriteFailure[];
  /** Indexes of the upserts that inserted. */
  readonly inserted: readonly number[];
}

/**
 * Documents, or update statements, on their way to one collection. The driver serialises an
 * operation of a bulk at about 3 µs, and an update at 10; here they are written straight into the
 * bytes of the message.
 */
export class EncodedBatch {
  private readonly parts: { bytes: Buffer; count: number }[] = [];
  private writer: BsonWriter;
  private count = 0;

  /** @param expected about how many there will be */
  constructor(private expected: number) {
    this.writer = this.newWriter();
  }

  /** Where the next document is to be written; it must be complete before the next call. */
  next(): BsonWriter {
    if (this.count === MAX_DOCUMENTS || this.writer.length > MAX_BYTES) this.endPart();
    this.count++;
    return this.writer;
  }

  /**
   * Adds an upsert under compare-and-set: it applies where the document `id` still has version
   * `seen`. Where it does not, the upsert tries to insert the `_id` again, and the server's
   * duplicate-key error is the lost compare-and-set. Without the upsert a server would say only how
   * many were lost, not which.
   * @param set writes the fields to set, the new version `seen` + 1 among them
   * @param deviceId where the document has one: what a collection is sharded by must be in the
   *   filter of an upsert
   */
  compareAndSet(
    id: string,
    seen: number,
    set: (writer: BsonWriter) => void,
    deviceId?: string,
  ): void {
    const writer = this.next();
    const statement = writer.open();
    const filter = writer.open(FIELD.q);
    writer.text(FIELD._id, id);
    if (deviceId !== undefined) writer.text(FIELD.device_id, deviceId);
    writer.number(FIELD.version, seen);
    writer.close(filter);
    const update = writer.open(FIELD.u);
    const fields = writer.open(FIELD.$set);
    set(writer);
    writer.close(fields);
    writer.close(update);
    writer.boolean(FIELD.upsert, true);
    writer.close(statement);
  }

  /**
   * Inserts the documents, unordered.
   * @returns those that the server refused one by one, such as for a duplicate key
   * @throws a MongoError when the store is unwell: then nothing is known of the effect
   */
  async insertInto<T extends Document>(
    collection: Collection<T>,
  ): Promise<readonly WriteFailure[]> {
    return (await this.send(collection as unknown as Collection, 'insert', 'documents')).failures;
  }

  /**
   * Applies what {@link compareAndSet} added.
   * @param guarded what was added, by its index
   * @returns the indexes of those that are lost: the document has another version, or was there and
   *   was deleted
   * @throws a MongoError when the store is unwell, or refuses one of them for itself: then nothing
   *   is known of the effect
   */
  async updateIn<T extends Document>(
    collection: Collection<T>,
    guarded: (index: number) => Guarded,
  ): Promise<number[]> {
    const rows = collection as unknown as Collection<Versioned>;
    const { failures, inserted } = await this.send(
      rows as unknown as Collection,
      'update',
      'updates',
    );
    const refused = failures.find(({ code }) => code !== DUPLICATE_KEY);
    if (refused) throw new StoreRefusal(refused);
    const lost = duplicateIndexes(failures);
    if (inserted.length === 0) return lost;
    const revived = inserted.filter((index) => guarded(index).seen > 0);
    await takeBack(rows, revived.map(guarded));
    return [...lost, ...revived];
  }

  private async send(
    collection: Collection,
    command: 'insert' | 'update',
    field: string,
  ): Promise<Answer> {
    if (this.count > 0) this.endPart();
    const failures: WriteFailure[] = [];
    const inserted: number[] = [];
    let before = 0;
    for (const { documents, count } of this.asCommands(field)) {
      const answer = await collection.db.command({
        [command]: collection.collectionName,
        [field]: documents,
        ordered: false,
        writeConcern: writeConcernOf(collection),
      });
      for (const failure of failuresIn(answer))
        failures.push({ ...failure, index: failure.index + before });
      for (const { index } of (answer['upserted'] ?? []) as { index: number }[])
        inserted.push(Number(index) + before);
      before += count;
    }
    return { failures, inserted };
  }

  /** What each command carries, and how many documents that is. */
  private *asCommands(field: string): Generator<{ documents: object; count: number }> {
    for (const { bytes, count } of this.parts) {
      const sequence = documentSequence(field, bytes);
      if (sequence) yield { documents: sequence, count };
      else
        for (const documents of writtenDocuments(bytes))
          yield { documents, count: documents.length };
    }
  }

  private endPart(): void {
    this.parts.push({ bytes: this.writer.written(), count: this.count });
    this.expected = Math.max(0, this.expected - this.count);
    this.count = 0;
    this.writer = this.newWriter();
  }

  private newWriter(): BsonWriter {
    return new BsonWriter(Math.min(MAX_BYTES, (this.expected + 1) * GUESSED_BYTES));
  }
}

/**
 * A document that somebody has deleted since it was read comes back by an upsert, with what it held
 * before. It goes again, unless it was written once more since.
 */
async function takeBack(
  collection: Collection<Versioned>,
  revived: readonly Guarded[],
): Promise<void> {
  for (let i = 0; i < revived.length; i += DELETES_PER_COMMAND) {
    const some = revived.slice(i, i + DELETES_PER_COMMAND);
    await collection.bulkWrite(
      some.map(({ id, seen, deviceId }) => ({
        deleteOne: {
          filter: {
            _id: id,
            ...(deviceId !== undefined && { device_id: deviceId }),
            version: seen + 1,
          },
        },
      })),
      { ordered: false, writeConcern: writeConcernOf(collection as unknown as Collection) },
    );
  }
}

function writeConcernOf(collection: Collection): Document {
  const { w, journal, wtimeoutMS } = collection.writeConcern ?? {};
  return {
    ...(w !== undefined && { w }),
    ...(journal !== undefined && { j: journal }),
    ...(wtimeoutMS !== undefined && { wtimeout: wtimeoutMS }),
  };
}

/** @throws when what failed is about the store, not about documents */
function failuresIn({ writeErrors = [], writeConcernError }: Document): WriteFailure[] {
  const failures = (writeErrors as Document[]).map(({ index, code, errmsg }) => ({
    index: Number(index),
    code: Number(code),
    message: String(errmsg),
  }));
  const unwell = failures.find(({ code }) => code !== DUPLICATE_KEY && !isDocumentFault(code));
  if (unwell) throw new StoreRefusal(unwell);
  if (writeConcernError)
    throw new MongoError(
      `the write is not acknowledged by a majority: ${String(writeConcernError.errmsg)}`,
    );
  return failures;
}
