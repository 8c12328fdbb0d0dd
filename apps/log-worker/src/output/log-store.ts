import {
  duplicateKeyIndexes,
  isDatabaseUnavailable,
  type LogDocument,
  type Mongo,
} from '@iot/mongo';
import { BackendUnavailable } from '@iot/resilience';

/** Lines of one statement. */
const AT_ONCE = 1000;

/** Writes lines to `logs`. */
export class LogStore {
  constructor(private readonly mongo: Pick<Mongo, 'logs'>) {}

  /**
   * @returns how many were not there yet
   * @throws BackendUnavailable when it is not known what is stored; the same lines may come again
   */
  async add(lines: LogDocument[]): Promise<number> {
    let added = 0;
    try {
      for (let i = 0; i < lines.length; i += AT_ONCE)
        added += await this.insert(lines.slice(i, i + AT_ONCE));
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      throw new BackendUnavailable('cannot store lines of logs in MongoDB', error);
    }
    return added;
  }

  private async insert(lines: LogDocument[]): Promise<number> {
    try {
      await this.mongo.logs.insertMany(lines, { ordered: false });
      return lines.length;
    } catch (error) {
      return lines.length - duplicateKeyIndexes(error).length;
    }
  }
}
