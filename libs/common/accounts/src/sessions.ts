import { randomBytes } from 'node:crypto';
import type { Collection, ProvidedIdentity, SessionDocument } from '@iot/mongo';
import { judgeRefresh } from './core/refresh.js';
import type { RefreshToken } from './refresh-token.js';

/** Sessions of one user at most; the oldest gives way. */
const PER_USER = 50;
const ATTEMPTS = 3;

/** A refresh token that is good, whose it is, and which one is in force now. */
export interface Refreshed {
  readonly user: string;
  readonly next: RefreshToken;
  readonly endsAt: Date;
  /** Of who logged in by an identity provider. */
  readonly provided?: ProvidedIdentity | undefined;
}

/** Who is logged in. */
export class Sessions {
  constructor(private readonly sessions: Collection<SessionDocument>) {}

  async start(
    user: string,
    endsAt: Date,
    now: Date,
    provided?: ProvidedIdentity,
  ): Promise<Refreshed> {
    const session = randomBytes(16).toString('base64url');
    await this.sessions.insertOne({
      _id: session,
      user,
      created_at: now,
      generation: 0,
      rotated_at: now,
      expire_at: endsAt,
      ...(provided && { provided }),
    });
    await this.dropOldest(user);
    return { user, next: { session, generation: 0 }, endsAt, provided };
  }

  /** The session, when it has not ended. */
  async find(id: string, now: Date): Promise<SessionDocument | undefined> {
    const session = await this.sessions.findOne({ _id: id });
    return session && session.expire_at > now ? session : undefined;
  }

  /**
   * Takes a refresh token that we made.
   * @returns `reused`: two had it, and the session is ended; `ended`: there is none
   */
  async refresh(
    { session: id, generation }: RefreshToken,
    now: Date,
  ): Promise<Refreshed | { readonly ended: 'reused' | 'ended'; readonly user?: string }> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const session = await this.sessions.findOne({ _id: id });
      const judged = judgeRefresh(
        session ? stateOf(session) : undefined,
        generation,
        now.getTime(),
      );
      if (!session || judged === 'ended') return { ended: 'ended' };
      const { user, expire_at: endsAt, provided } = session;
      if (judged === 'again')
        return { user, next: { session: id, generation: session.generation }, endsAt, provided };
      if (judged === 'reused') {
        await this.end(id);
        return { ended: 'reused', user };
      }
      const next = { session: id, generation: generation + 1 };
      const { matchedCount } = await this.sessions.updateOne(
        { _id: id, generation },
        { $set: { generation: next.generation, rotated_at: now } },
      );
      if (matchedCount > 0) return { user, next, endsAt, provided };
    }
    return { ended: 'ended' };
  }

  /** Those of some sessions that have not ended, each with its user. */
  findAll(ids: readonly string[], now: Date): Promise<SessionDocument[]> {
    return this.sessions.find({ _id: { $in: [...ids] }, expire_at: { $gt: now } }).toArray();
  }

  async end(id: string): Promise<void> {
    await this.sessions.deleteOne({ _id: id });
  }

  /** Ends what a user has of sessions, but for one. */
  async endAllOf(user: string, but?: string): Promise<void> {
    await this.sessions.deleteMany(but === undefined ? { user } : { user, _id: { $ne: but } });
  }

  private async dropOldest(user: string): Promise<void> {
    const old = await this.sessions
      .find({ user }, { projection: { _id: 1 } })
      .sort({ created_at: -1 })
      .skip(PER_USER)
      .toArray();
    if (old.length > 0) await this.sessions.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
  }
}

const stateOf = ({ generation, rotated_at, expire_at }: SessionDocument) => ({
  generation,
  rotatedAt: rotated_at.getTime(),
  endsAt: expire_at.getTime(),
});
