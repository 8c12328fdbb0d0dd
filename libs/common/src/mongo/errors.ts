import { MongoBulkWriteError, MongoError, MongoServerError } from 'mongodb';

const DUPLICATE_KEY = 11000;

/** Server errors that say that the store is unwell or set up wrongly, not that a document is bad. Codes of MongoDB's error_codes.yml. */
const STORE_UNWELL = new Set([
  6, 7, 13, 18, 24, 46, 50, 64, 89, 91, 100, 112, 133, 134, 189, 202, 234, 262, 267, 290, 317, 358, 384, 9001, 10058, 10107, 11600, 11602,
  13388, 13435, 13436, 14031, 63, 150, 8000,
]);
/** An operation of an unordered bulk that the server refused: its place in the bulk, and why. */
export interface WriteFailure {
  readonly index: number;
  readonly code: number;
  readonly message: string;
}

export const isStoreUnwellCode = (code: number): boolean => STORE_UNWELL.has(code);

/** Whether waiting may help: the store cannot be reached, fails over, is overloaded, full, or refuses our credentials. */
export function isStoreUnwell(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError)
    return writeFailures(error).some(({ code }) => isStoreUnwellCode(code)) || error.result?.getWriteConcernError?.() !== undefined;
  if (error instanceof MongoServerError) return STORE_UNWELL.has(Number(error.code)) || error.hasErrorLabel('RetryableWriteError');
  // What the driver raises itself (network, server selection, pool, time-out) is never about a document, but for its argument checks.
  return error instanceof MongoError && !/Invalid|Argument|BSON/.test(error.name);
}

/** The operations of an unordered bulk that the server refused one by one. */
function writeFailures(error: MongoBulkWriteError): WriteFailure[] {
  return [error.writeErrors]
    .flat()
    .map((failure) => ({ index: failure.index, code: Number(failure.code), message: String(failure.errmsg) }));
}

/**
 * Indexes of the operations of an unordered bulk that met a document with the same key.
 * @throws the error itself when anything else went wrong: then the outcome of the bulk is not known
 */
export function duplicateKeyIndexes(error: unknown): number[] {
  if (error instanceof MongoBulkWriteError && error.result?.getWriteConcernError?.() === undefined) {
    const failures = writeFailures(error);
    if (failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY)) return failures.map(({ index }) => index);
  }
  throw error;
}

/**
 * Indexes of the operations that met a document with the same key.
 * @throws a MongoServerError when anything else was refused
 */
export function duplicateIndexes(failures: readonly WriteFailure[]): number[] {
  const other = failures.find(({ code }) => code !== DUPLICATE_KEY);
  if (other) throw new MongoServerError({ code: other.code, errmsg: other.message });
  return failures.map(({ index }) => index);
}

export { DUPLICATE_KEY };
