import { MongoBulkWriteError, MongoError, MongoServerError } from 'mongodb';

const DUPLICATE_KEY = 11000;

/**
 * What a server says of one document when the fault can be the document's own. Codes of MongoDB's
 * error_codes.yml. Anything else, also what no server says yet, is about the store: full, blocked,
 * overloaded, failing over, set up wrongly.
 */
const DOCUMENT_FAULTS = new Set([
  2, // BadValue
  15, // Overflow: nested too deep
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  10334, // BSONObjectTooLarge
  17280, // KeyTooLong
  17419, // the document is too large after the update
  17420, // the document to upsert is too large
]);

/** An operation of an unordered bulk that the server refused: its index in the bulk, and why. */
export interface WriteFailure {
  readonly index: number;
  readonly code: number;
  readonly message: string;
}

/** Whether a refusal with this code can be the fault of the one document that it names. */
export const isDocumentFault = (code: number): boolean => DOCUMENT_FAULTS.has(code);

const isAboutTheStore = (code: number): boolean => code !== DUPLICATE_KEY && !isDocumentFault(code);

/** The database refuses what the platform writes, and the fault is no single document's. */
export class StoreRefusal extends MongoError {
  override get name(): string {
    return 'StoreRefusal';
  }

  constructor({ code, message }: Omit<WriteFailure, 'index'>) {
    super(`${message} (code ${code})`);
    this.code = code;
  }
}

/**
 * Whether waiting may help: the store cannot be reached, fails over, is overloaded, full, or
 * refuses us whatever we write.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError)
    return (
      writeFailures(error).some(({ code }) => isAboutTheStore(code)) ||
      error.result?.getWriteConcernError?.() !== undefined
    );
  if (error instanceof MongoServerError)
    return isAboutTheStore(Number(error.code)) || error.hasErrorLabel('RetryableWriteError');
  // What the driver raises itself (network, server selection, pool, time-out) is never about a
  // document, but for its argument checks.
  return error instanceof MongoError && !/Invalid|Argument|BSON/.test(error.name);
}

/** The operations of an unordered bulk that the server refused one by one. */
function writeFailures(error: MongoBulkWriteError): WriteFailure[] {
  return [error.writeErrors].flat().map((failure) => ({
    index: failure.index,
    code: Number(failure.code),
    message: String(failure.errmsg),
  }));
}

/**
 * Indexes of the operations of an unordered bulk that met a document with the same key.
 * @throws the error itself when anything else went wrong: then the outcome of the bulk is not known
 */
export function duplicateKeyIndexes(error: unknown): number[] {
  if (
    error instanceof MongoBulkWriteError &&
    error.result?.getWriteConcernError?.() === undefined
  ) {
    const failures = writeFailures(error);
    if (failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY))
      return failures.map(({ index }) => index);
  }
  throw error;
}

/**
 * Indexes of the operations that met a document with the same key.
 * @throws StoreRefusal when anything else was refused. It is for documents that the platform makes
 *   of many readings, such as rows: a refused one
 *   is the fault of no reading
 */
export function duplicateIndexes(failures: readonly WriteFailure[]): number[] {
  const other = failures.find(({ code }) => code !== DUPLICATE_KEY);
  if (other) throw new StoreRefusal(other);
  return failures.map(({ index }) => index);
}

export { DUPLICATE_KEY };
