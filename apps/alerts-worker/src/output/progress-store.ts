import { PROTOCOL_READ, type AlertProgressDocument, type Mongo } from '@iot/mongo';

export interface SavedProgress {
  readonly document: AlertProgressDocument;
  /** A count that has begun with it takes the place of any other. */
  readonly isNew: boolean;
}

/** Where the progress of partitions is kept. */
export interface ProgressStore {
  load(partitions: readonly string[]): Promise<AlertProgressDocument[]>;
  /** Where another count is stored, or the same one further on, that stays. */
  save(progress: readonly SavedProgress[]): Promise<void>;
}

/** {@link ProgressStore} on MongoDB. */
export class MongoProgressStore implements ProgressStore {
  constructor(private readonly progress: Mongo['alertProgress']) {}

  load(partitions: readonly string[]): Promise<AlertProgressDocument[]> {
    return this.progress.find({ _id: { $in: [...partitions] } }, PROTOCOL_READ).toArray();
  }

  async save(progress: readonly SavedProgress[]): Promise<void> {
    await this.progress.bulkWrite(
      progress.map(({ document: { _id, line, next, ...rest }, isNew }) => ({
        updateOne: {
          filter: isNew ? { _id } : { _id, line, next: { $lte: next } },
          update: { $set: { line, next, ...rest } },
          upsert: isNew,
        },
      })),
      { ordered: false },
    );
  }
}
