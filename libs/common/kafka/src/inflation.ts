import { inflate } from './compression/inflate.js';
import { InflatesTooLarge } from './compression/output.js';

/**
 * Bytes that one batch may inflate to; some times what a producer may send in one request at
 * Kafka's defaults, which is counted before compression.
 */
export const BATCH_LIMIT_BYTES = 16 * 1024 * 1024;
/** Bytes that all batches of a fetch may inflate to. */
export const FETCH_LIMIT_BYTES = 4 * BATCH_LIMIT_BYTES;
/** What a record costs in memory beside its bytes. */
const RECORD_OVERHEAD_BYTES = 200;

/** Thrown where a batch has to wait for the next fetch. */
export class NotInThisFetch extends Error {
  override readonly name = 'NotInThisFetch';
}

/** What the batches of one fetch may still inflate to. */
export class Inflation {
  private left: number;

  constructor(
    fetchLimit = FETCH_LIMIT_BYTES,
    private readonly batchLimit = BATCH_LIMIT_BYTES,
  ) {
    this.left = fetchLimit;
  }

  /**
   * The bytes of a batch's records.
   * @param records how many the batch says that it has
   * @throws InflatesTooLarge when no fetch may take it; NotInThisFetch when this one may not; other
   *   errors for what is damaged
   */
  inflate(codec: number, bytes: Buffer, records: number): Buffer {
    const limit = Math.min(this.batchLimit, this.left) - records * RECORD_OVERHEAD_BYTES;
    try {
      if (limit <= 0) throw new InflatesTooLarge(limit);
      const inflated = inflate(codec, bytes, limit);
      this.left -= inflated.length + records * RECORD_OVERHEAD_BYTES;
      return inflated;
    } catch (error) {
      if (!(error instanceof InflatesTooLarge)) throw error;
      if (this.left < this.batchLimit)
        throw new NotInThisFetch('the fetch has inflated to its limit');
      throw new InflatesTooLarge(this.batchLimit);
    }
  }
}
