import { PROTOCOL_READ, type AlertProgressDocument, type Mongo } from '@iot/mongo';

/** Where the progress of partitions is kept. */
export interface ProgressStore {
  load(partitions: readonly string[]): Promise<AlertProgressDocument[]>;
  /** A progress that is further than what is stored takes its place. */
  save(progress: readonly AlertProgressDocument[]): Promise<void>;
}

/** {@link ProgressStore} on MongoDB. */
export class MongoProgressStore implements ProgressStore {
  constructor(private readonly progress: Mongo['alertProgress']) {}

  load(partitions: readonly string[]): Promise<AlertProgressDocument[]> {
    return this.progress.find({ _id: { $in: [...partitions] } }, PROTOCOL_READ).toArray();
  }

  async save(progress: readonly AlertProgressDocument[]): Promise<void> {
    await this.progress.bulkWrite(
      progress.map(({ _id, ms, arrival, silence }) => ({
        updateOne: {
          filter: { _id },
          update: { $max: { ms, arrival }, $set: { silence } },
          upsert: true,
        },
      })),
      { ordered: false },
    );
  }
}
