import { readRule, type Rule, type VersionedRule } from '@iot/alerting';
import {
  DUPLICATE_KEY,
  MongoServerError,
  PROTOCOL_READ,
  type AlertRuleDocument,
  type Mongo,
} from '@iot/mongo';

/** Id of the document that counts the changes of all rules; no rule has such a name. */
const REVISION = '#revision';
const VERSIONS_KEPT = 50;
export const MAX_RULES = 2000;

/** Why a rule was not changed: somebody else did meanwhile, or keeps it elsewhere. */
export class RuleConflict extends Error {
  override readonly name = 'RuleConflict';
}

/** Who changes a rule: a person by the API, or a file or ConfigMap that is applied. */
export interface Author {
  readonly by: string;
  readonly origin: string;
}

/** What became of a rule. */
export interface Stored {
  readonly document: AlertRuleDocument;
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

/**
 * Alert rules as `alert_rules` holds them: a document for each name, with all its versions, written
 * under compare-and-set on the newest. A counter says to who judges by them that they changed.
 */
export class RuleStore {
  /** @param sensors names of the catalogue */
  constructor(
    private readonly mongo: Pick<Mongo, 'alertRules'>,
    private readonly sensors: ReadonlySet<string>,
  ) {}

  /** Grows with each change. @throws the database's error, as all here do */
  async revision(): Promise<number> {
    const document = await this.mongo.alertRules.findOne(
      { _id: REVISION },
      { projection: { version: 1 }, ...PROTOCOL_READ },
    );
    return document?.version ?? 0;
  }

  /**
   * The newest version of each, and a line about those that cannot be judged by here, as when their
   * sensor is not in the catalogue of this process.
   */
  async rules(): Promise<{ rules: VersionedRule[]; refused: string[] }> {
    const rules: VersionedRule[] = [];
    const refused: string[] = [];
    for (const { _id, rule, version } of await this.all()) {
      const read = readRule(rule, this.sensors);
      if ('rule' in read) rules.push({ ...read.rule, version });
      else
        refused.push(
          `${_id}: ${read.errors.map(({ field, message }) => `${field} ${message}`).join('; ')}`,
        );
    }
    return { rules, refused };
  }

  /** All that are not deleted, by name. */
  async all(): Promise<AlertRuleDocument[]> {
    const found = await this.mongo.alertRules
      .find({ _id: { $ne: REVISION }, rule: { $ne: null } }, PROTOCOL_READ)
      .toArray();
    return found.sort((a, b) => (a._id < b._id ? -1 : 1));
  }

  /** Also one that was deleted. */
  async get(name: string): Promise<AlertRuleDocument | undefined> {
    if (name === REVISION) return undefined;
    return (await this.mongo.alertRules.findOne({ _id: name }, PROTOCOL_READ)) ?? undefined;
  }

  /**
   * Makes a rule, or its next version; the same rule again is no new version.
   * @param expected version that must be there; 0: there must be none; undefined: any
   * @throws RuleConflict
   */
  async put(rule: Rule, author: Author, expected?: number): Promise<Stored> {
    const before = await this.before(rule.name, author, expected);
    if (before?.rule && same(before.rule, rule)) {
      // Who tells of the change may have died before it did.
      await this.count();
      return { document: before, outcome: 'unchanged' };
    }
    if (!before?.rule && (await this.all()).length >= MAX_RULES)
      throw new RuleConflict(`there are ${MAX_RULES} rules, and there cannot be more`);
    const document = await this.write(rule.name, rule, before, author);
    return { document, outcome: before?.rule ? 'changed' : 'created' };
  }

  /** Deletes a rule; its versions stay. @returns false: there is none @throws RuleConflict */
  async remove(name: string, author: Author, expected?: number): Promise<boolean> {
    const before = await this.before(name, author, expected);
    if (!before?.rule) return false;
    await this.write(name, null, before, author);
    return true;
  }

  /**
   * Has the rules of an origin be these: what a file says.
   * @throws RuleConflict when one of them is kept elsewhere, or somebody changed it meanwhile
   */
  async apply(
    rules: readonly Rule[],
    author: Author,
  ): Promise<Map<string, Stored['outcome'] | 'deleted'>> {
    const outcomes = new Map<string, Stored['outcome'] | 'deleted'>();
    for (const rule of rules) outcomes.set(rule.name, (await this.put(rule, author)).outcome);
    for (const { _id, origin } of await this.all())
      if (origin === author.origin && !outcomes.has(_id) && (await this.remove(_id, author)))
        outcomes.set(_id, 'deleted');
    return outcomes;
  }

  /** Has the API change what an origin kept, as a file that there is no more. */
  async letGo(origin: string): Promise<void> {
    await this.mongo.alertRules.updateMany({ origin }, { $set: { origin: 'api' } });
  }

  private async before(
    name: string,
    { origin }: Author,
    expected: number | undefined,
  ): Promise<AlertRuleDocument | undefined> {
    const before = await this.get(name);
    if (before?.rule && before.origin !== origin)
      throw new RuleConflict(`rule ${name} is kept in ${before.origin}; change it there`);
    const version = before?.rule ? before.version : 0;
    if (expected !== undefined && expected !== version)
      throw new RuleConflict(
        version === 0 ? `there is no rule ${name}` : `rule ${name} has version ${version}`,
      );
    return before;
  }

  private async write(
    name: string,
    rule: Rule | null,
    before: AlertRuleDocument | undefined,
    { by, origin }: Author,
  ): Promise<AlertRuleDocument> {
    const version = (before?.version ?? 0) + 1;
    const at = new Date();
    const fields = {
      version,
      rule,
      origin,
      updated_by: by,
      updated_at: at,
      versions: [{ version, rule, by, at }, ...(before?.versions ?? [])].slice(0, VERSIONS_KEPT),
    };
    if (!(await this.replace(name, before?.version, fields)))
      throw new RuleConflict(`rule ${name} was changed by somebody else; read it again`);
    await this.count();
    return { _id: name, ...fields };
  }

  private async replace(
    name: string,
    version: number | undefined,
    fields: Omit<AlertRuleDocument, '_id'>,
  ): Promise<boolean> {
    if (version !== undefined)
      return (
        (await this.mongo.alertRules.updateOne({ _id: name, version }, { $set: fields }))
          .matchedCount === 1
      );
    try {
      await this.mongo.alertRules.insertOne({ _id: name, ...fields });
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private async count(): Promise<void> {
    await this.mongo.alertRules.updateOne(
      { _id: REVISION },
      { $inc: { version: 1 } },
      { upsert: true },
    );
  }
}

/** Whether two rules say the same, in whichever order. */
const same = (a: object, b: object): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    : value;
