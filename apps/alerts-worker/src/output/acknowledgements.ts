import type { AlertDocument, Mongo } from '@iot/mongo';

/** Acknowledgements that the dashboard API has written, and nobody has told of yet. */
export interface Acknowledgements {
  /** One of them, for nobody else for a while; undefined: there are none. */
  claim(now: Date): Promise<AlertDocument | undefined>;
  /** It is told. */
  told(alert: AlertDocument): Promise<void>;
}

/** Who has claimed one and has not told of it by then may have died. */
const CLAIM_MS = 30_000;

/** {@link Acknowledgements} on MongoDB. */
export class MongoAcknowledgements implements Acknowledgements {
  constructor(private readonly alerts: Mongo['alerts']) {}

  async claim(now: Date): Promise<AlertDocument | undefined> {
    const claimed = await this.alerts.findOneAndUpdate(
      { tell_at: { $lte: now } },
      { $set: { tell_at: new Date(now.getTime() + CLAIM_MS) } },
    );
    return claimed ?? undefined;
  }

  async told({ _id, device_id }: AlertDocument): Promise<void> {
    await this.alerts.updateOne({ _id, device_id }, { $unset: { tell_at: '' } });
  }
}
