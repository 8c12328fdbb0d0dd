import { DUPLICATE_KEY, type Collection, type ConfiguredDocument } from '@iot/mongo';
import { ProblemError } from '@iot/service';

/**
 * Documents that people keep by the API, or in a file that the notifier reads: what is the file's is
 * changed there.
 */
export class KeptDocuments<D extends ConfiguredDocument> {
  /** @param what one of them is called */
  constructor(
    private readonly collection: Collection<D>,
    private readonly what: string,
  ) {}

  /** @throws ProblemError 404 */
  async get(name: string): Promise<D> {
    const found = (await this.collection.findOne({ _id: name } as never)) as D | null;
    if (!found) throw new ProblemError(404, `There is no ${this.what} ${name}.`);
    return found;
  }

  /** @throws ProblemError 409 when the name is taken */
  async add(document: D): Promise<void> {
    try {
      await this.collection.insertOne(document as never);
    } catch (error) {
      if ((error as { code?: number }).code !== DUPLICATE_KEY) throw error;
      throw new ProblemError(409, `There is a ${this.what} ${document._id} already.`);
    }
  }

  /** @throws ProblemError 409 when somebody else has changed it since it was read */
  async replace(before: D, after: D): Promise<void> {
    this.refuseFile(before);
    const filter = { _id: before._id, version: before.version };
    const { matchedCount } = await this.collection.replaceOne(filter as never, after as never);
    if (matchedCount === 0) throw this.changed(before._id);
  }

  /** @throws ProblemError 404, 409 */
  async remove(name: string): Promise<void> {
    const before = await this.get(name);
    this.refuseFile(before);
    const filter = { _id: name, version: before.version };
    const { deletedCount } = await this.collection.deleteOne(filter as never);
    if (deletedCount === 0) throw this.changed(name);
  }

  private refuseFile({ _id, source }: ConfiguredDocument): void {
    if (source === 'file')
      throw new ProblemError(
        409,
        `The ${this.what} ${_id} is kept in NOTIFY_FILE: change it there.`,
      );
  }

  private changed(name: string): ProblemError {
    return new ProblemError(409, `Somebody else has just changed the ${this.what} ${name}.`);
  }
}
