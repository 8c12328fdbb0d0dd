import { RuleSet, type VersionedRule } from '@iot/alerting';
import { sameSensors, type Thresholds } from '../core/thresholds.js';
import { thresholdRules } from '../core/threshold-rules.js';

/** Told before other rules come into force. */
export type BeforeChange = () => Promise<void>;
/** Told after they have. */
export type AfterChange = () => void;

/** What readings are judged by: the thresholds, and the rules that people made. */
export class RulesInForce {
  private set: RuleSet;
  private last: Promise<void> = Promise.resolve();
  private readonly before: BeforeChange[] = [];
  private readonly after: AfterChange[] = [];

  /**
   * @param units of the sensors, by name
   * @param rules undefined: they are not known yet
   */
  constructor(
    private ofSensors: Thresholds,
    private readonly units: ReadonlyMap<string, string>,
    private rules?: readonly VersionedRule[],
  ) {
    this.set = this.compiled();
  }

  get current(): RuleSet {
    return this.set;
  }

  /** Whether the rules that people made have been read. Nothing is judged before. */
  get areKnown(): boolean {
    return this.rules !== undefined;
  }

  get thresholds(): Thresholds {
    return this.ofSensors;
  }

  beforeChange(listener: BeforeChange): void {
    this.before.push(listener);
  }

  afterChange(listener: AfterChange): void {
    this.after.push(listener);
  }

  /** @throws Error when the sensors are not those that there were */
  async judgeBy(next: Thresholds): Promise<void> {
    if (!sameSensors(next, this.ofSensors))
      throw new Error('the sensors that have thresholds cannot change while the process runs');
    await this.change(() => (this.ofSensors = next));
  }

  /** @param rules the newest version of each, disabled ones too */
  async take(rules: readonly VersionedRule[]): Promise<void> {
    await this.change(() => (this.rules = rules));
  }

  /** One change after the other. */
  private change(make: () => void): Promise<void> {
    const changing = this.last.then(async () => {
      for (const listener of this.before) await listener();
      make();
      this.set = this.compiled();
      for (const listener of this.after) listener();
    });
    this.last = changing.catch(() => undefined);
    return changing;
  }

  private compiled(): RuleSet {
    return new RuleSet(thresholdRules(this.ofSensors), this.rules ?? [], this.units);
  }
}
