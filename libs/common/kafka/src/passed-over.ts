import type { Consumer } from 'kafkajs';

/** Told the first offset behind what was passed over. */
export type PassedOverListener = (topic: string, partition: number, nextOffset: string) => void;

/**
 * Tells what a consumer passes over without handing it to anybody: markers of transactions, what
 * these took back, what compaction removed. An offset must be committed beyond them, too, or the
 * end of an idle partition is never reached.
 */
export class PassedOver {
  /** In which generation each broker was last asked. */
  private readonly askedIn = new Map<string, number>();

  /** @param generation grows whenever consumption starts again at the committed offsets */
  constructor(
    private readonly consumer: Consumer,
    private readonly generation: () => number,
  ) {}

  listen(listener: PassedOverListener): void {
    const { FETCH_START, END_BATCH_PROCESS } = this.consumer.events;
    this.consumer.on(
      FETCH_START,
      ({ payload: { nodeId } }) => void this.askedIn.set(String(nodeId), this.generation()),
    );
    this.consumer.on(
      END_BATCH_PROCESS,
      ({ payload: { topic, partition, batchSize, lastOffset } }) => {
        if (batchSize > 0 || !this.isOfThisGeneration()) return;
        listener(topic, partition, String(BigInt(lastOffset) + 1n));
      },
    );
  }

  /** What a fetch of an earlier generation brought may be behind records that come again. */
  private isOfThisGeneration(): boolean {
    for (const generation of this.askedIn.values())
      if (generation !== this.generation()) return false;
    return true;
  }
}
