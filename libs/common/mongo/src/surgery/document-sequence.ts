import { createRequire } from 'node:module';
import { install } from './install.js';

/**
 * The driver's own class for documents that are BSON already: it puts their bytes into the message
 * as they are.
 */
interface DocumentSequence {
  push(document: object, bytes: Uint8Array): number;
}

type SequenceClass = new (field: string) => DocumentSequence;

let known: SequenceClass | undefined;

/**
 * What a command takes in the place of an array of documents: their bytes, one after the other.
 * Undefined with a version of the driver that is not known here.
 */
export function documentSequence(field: string, bytes: Uint8Array): object | undefined {
  if (!install()) return undefined;
  known ??= (
    createRequire(import.meta.url)('mongodb/lib/cmap/commands.js') as {
      DocumentSequence: SequenceClass;
    }
  ).DocumentSequence;
  const sequence = new known(field);
  sequence.push({}, bytes);
  return sequence;
}
