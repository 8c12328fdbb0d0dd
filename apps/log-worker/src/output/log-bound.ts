import type { Mongo } from '@iot/mongo';

/** Lines that one round removes at most, so that none takes long. */
const AT_ONCE = 20_000;
const MOST_ROUNDS = 50;

/** Keeps `logs` within a number of bytes: the oldest lines go. */
export class LogBound {
  constructor(
    private readonly mongo: Pick<Mongo, 'db' | 'logs'>,
    private readonly maxBytes: number,
    private readonly onBytes: (bytes: number) => void,
    private readonly onRemoved: (lines: number) => void,
  ) {}

  /** @throws the driver's error */
  async keep(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { bytes, lines } = await this.size();
      this.onBytes(bytes);
      if (bytes <= this.maxBytes || lines === 0) return;
      const excess = Math.ceil(((bytes - this.maxBytes) / bytes) * lines);
      const removed = await this.removeOldest(Math.min(AT_ONCE, excess));
      this.onRemoved(removed);
      if (removed === 0) return;
    }
  }

  /** Of the lines themselves, uncompressed and without indexes. */
  private async size(): Promise<{ bytes: number; lines: number }> {
    const { size, count } = await this.mongo.db.command({ collStats: 'logs' });
    return { bytes: Number(size ?? 0), lines: Number(count ?? 0) };
  }

  private async removeOldest(lines: number): Promise<number> {
    const [last] = await this.mongo.logs
      .find({}, { projection: { _id: 0, timestamp: 1 } })
      .sort({ timestamp: 1 })
      .skip(lines - 1)
      .limit(1)
      .toArray();
    if (!last) return 0;
    const { deletedCount } = await this.mongo.logs.deleteMany({
      timestamp: { $lte: last.timestamp },
    });
    return deletedCount;
  }
}
