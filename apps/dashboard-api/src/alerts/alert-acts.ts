import { Mongo, type AlertDocument } from '@iot/mongo';
import { Injectable } from '@nestjs/common';

const MAX_NOTES = 100;
type Note = NonNullable<AlertDocument['notes']>[number];

/**
 * Writes what people do with alerts. In fields of its own: the alerts worker writes the others, and
 * never these, so neither undoes what the other did.
 */
@Injectable()
export class AlertActs {
  constructor(private readonly mongo: Mongo) {}

  find(id: string): Promise<AlertDocument | null> {
    return this.mongo.alerts.findOne(named(id));
  }

  /** The alert as it is then; one that somebody has acknowledged stays as it is. */
  async acknowledge(
    id: string,
    by: string,
    note: string | null,
    at: Date,
  ): Promise<AlertDocument | 'not there' | 'not active'> {
    const found = await this.mongo.alerts.findOneAndUpdate(
      { ...named(id), status: 'active', acknowledgement: { $exists: false } },
      // The alerts worker tells of it, and takes tell_at away when it has.
      { $set: { acknowledgement: { by, at, note }, tell_at: at } },
      { returnDocument: 'after' },
    );
    if (found) return found;
    const alert = await this.mongo.alerts.findOne(named(id));
    if (!alert) return 'not there';
    return alert.acknowledgement ? alert : 'not active';
  }

  async note(id: string, note: Note): Promise<AlertDocument | 'not there' | 'full'> {
    const found = await this.mongo.alerts.findOneAndUpdate(
      { ...named(id), [`notes.${MAX_NOTES - 1}`]: { $exists: false } },
      { $push: { notes: note } },
      { returnDocument: 'after' },
    );
    if (found) return found;
    return (await this.mongo.alerts.findOne(named(id))) ? 'full' : 'not there';
  }
}

/** The device too, by which the collection may be sharded. */
const named = (id: string) => ({ _id: id, device_id: id.slice(0, Math.max(0, id.indexOf('|'))) });
