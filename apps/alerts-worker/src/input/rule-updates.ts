import { RuleConflict, type RuleStore } from '@iot/alert-rules';
import type { Rule } from '@iot/alerting';
import { Recurring } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { RulesInForce } from '../flow/rules-in-force.js';
import type { AlertsMetrics } from '../metrics.js';

/** A change is in force within 5 s: asked so often, and read at once. */
const EVERY_MS = 2000;
const FILE = { by: 'ALERT_RULES_FILE', origin: 'ALERT_RULES_FILE' };

/**
 * Puts in force what rules people have stored, and looks every two seconds whether they are others.
 * While the database does not answer, the rules stay as they are; before it has answered once,
 * nothing is judged.
 */
export class RuleUpdates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly asking: Recurring;
  private revision = -1;
  private isFileApplied = false;
  private isFileRefused = false;

  constructor(
    private readonly source: Pick<RuleStore, 'revision' | 'rules' | 'apply' | 'letGo'>,
    /** Undefined: there is no file. */
    private readonly fileRules: readonly Rule[] | undefined,
    private readonly rules: RulesInForce,
    private readonly metrics: Pick<AlertsMetrics, 'rules' | 'rulesRevision' | 'rulesRefused'>,
    private readonly log: Logger,
    everyMs = EVERY_MS,
  ) {
    this.asking = new Recurring(
      () => this.look(),
      everyMs,
      ({ message: error }) => log.warn({ error }, 'cannot read the alert rules; trying again'),
    );
  }

  onApplicationBootstrap(): void {
    this.asking.now();
    this.asking.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.asking.stop();
  }

  private async look(): Promise<void> {
    if (!this.isFileApplied) await this.applyFile();
    const revision = await this.source.revision();
    if (revision === this.revision) return;
    const { rules, refused } = await this.source.rules();
    await this.rules.take(rules);
    this.revision = revision;
    this.metrics.rules.set(rules.filter(({ enabled }) => enabled).length);
    this.metrics.rulesRevision.set(revision);
    this.metrics.rulesRefused.set(refused.length + (this.isFileRefused ? 1 : 0));
    this.log.info({ revision, rules: rules.length }, 'alert rules are in force');
    if (refused.length > 0)
      this.log.error({ refused }, 'alert rules that this worker cannot judge by');
  }

  /** Once: who changes the file starts the workers anew, or uses the API. */
  private async applyFile(): Promise<void> {
    try {
      if (this.fileRules) {
        const outcomes = await this.source.apply(this.fileRules, FILE);
        this.log.info({ rules: Object.fromEntries(outcomes) }, 'rules of the file are stored');
      } else await this.source.letGo(FILE.origin);
    } catch (error) {
      if (!(error instanceof RuleConflict)) throw error;
      this.log.error({ error: error.message }, 'rules of the file are not stored');
      this.isFileRefused = true;
    }
    this.isFileApplied = true;
  }
}
