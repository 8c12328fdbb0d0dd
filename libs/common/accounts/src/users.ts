import { DUPLICATE_KEY, type Collection, type UserDocument } from '@iot/mongo';
import type { Role } from '@iot/access';
import { AccountRefusal } from './refusals.js';

/** What of a user may be changed. */
export interface UserChange {
  readonly role?: Role | undefined;
  readonly blocked?: boolean | undefined;
}

const isActiveAdmin = ({ role, blocked_at }: UserDocument): boolean =>
  role === 'admin' && blocked_at === null;

const unknown = (name: string) => new AccountRefusal('unknown', `There is no user ${name}.`);
const lastAdmin = (name: string) =>
  new AccountRefusal('last_admin', `${name} is the last admin who can log in.`);

/** The users. Of the admins one is always left who can log in. */
export class Users {
  constructor(private readonly users: Collection<UserDocument>) {}

  async find(name: string): Promise<UserDocument | undefined> {
    return (await this.users.findOne({ _id: name })) ?? undefined;
  }

  /** Those of some users who may log in. */
  findActive(names: readonly string[]): Promise<UserDocument[]> {
    return this.users.find({ _id: { $in: [...names] }, blocked_at: null }).toArray();
  }

  list(): Promise<UserDocument[]> {
    return this.users.find().sort({ _id: 1 }).toArray();
  }

  async areThere(): Promise<boolean> {
    return (await this.users.findOne({}, { projection: { _id: 1 } })) !== null;
  }

  /** @param hash of the password @throws AccountRefusal `taken` */
  async create(name: string, role: Role, hash: string, now: Date): Promise<void> {
    try {
      await this.users.insertOne({
        _id: name,
        role,
        password: hash,
        created_at: now,
        updated_at: now,
        blocked_at: null,
      });
    } catch (error) {
      if ((error as { code?: number }).code !== DUPLICATE_KEY) throw error;
      throw new AccountRefusal('taken', `There is a user ${name} already.`);
    }
  }

  /**
   * Another hash of the same password, unless the user has another password by now.
   * @returns whether it is the one in force
   */
  async renewHash(name: string, old: string, hash: string): Promise<boolean> {
    const filter = { _id: name, password: old };
    const { matchedCount } = await this.users.updateOne(filter, { $set: { password: hash } });
    return matchedCount > 0;
  }

  /** @param hash of the new password @throws AccountRefusal `unknown` */
  async setPassword(name: string, hash: string, now: Date): Promise<void> {
    const $set = { password: hash, updated_at: now };
    const { matchedCount } = await this.users.updateOne({ _id: name }, { $set });
    if (matchedCount === 0) throw unknown(name);
  }

  /** @throws AccountRefusal `unknown` or `last_admin` */
  async change(name: string, { role, blocked }: UserChange, now: Date): Promise<void> {
    const $set = {
      updated_at: now,
      ...(role !== undefined && { role }),
      ...(blocked !== undefined && { blocked_at: blocked ? now : null }),
    };
    if ((role !== undefined && role !== 'admin') || blocked === true) await this.keepAnAdmin(name);
    const before = await this.users.findOneAndUpdate(
      { _id: name },
      { $set },
      { returnDocument: 'before' },
    );
    if (!before) throw unknown(name);
    if (!isActiveAdmin(before) || (await this.isAnAdminLeft())) return;
    const { role: was, blocked_at } = before;
    await this.users.updateOne({ _id: name }, { $set: { role: was, blocked_at } });
    throw lastAdmin(name);
  }

  /** @throws AccountRefusal `unknown` or `last_admin` */
  async remove(name: string): Promise<void> {
    await this.keepAnAdmin(name);
    const before = await this.users.findOneAndDelete({ _id: name });
    if (!before) throw unknown(name);
    if (!isActiveAdmin(before) || (await this.isAnAdminLeft())) return;
    await this.users.insertOne(before);
    throw lastAdmin(name);
  }

  /**
   * Two admins may take the right from each other in the same moment, so it is looked at again
   * after the change, which is then taken back.
   */
  private async keepAnAdmin(name: string): Promise<void> {
    const user = await this.find(name);
    if (user && isActiveAdmin(user) && !(await this.isAnAdminLeft(name))) throw lastAdmin(name);
  }

  private async isAnAdminLeft(but?: string): Promise<boolean> {
    const filter = { role: 'admin' as const, blocked_at: null };
    const others = but === undefined ? filter : { ...filter, _id: { $ne: but } };
    return (await this.users.findOne(others, { projection: { _id: 1 } })) !== null;
  }
}
