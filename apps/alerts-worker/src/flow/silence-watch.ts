import {
  judgeSilence,
  refresh,
  silenceDue,
  type AlertChanges,
  type DeviceState,
  type RuleSet,
} from '@iot/alerting';
import { Recurring } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { DeviceIndex } from '../output/device-index.js';
import type { Checkpoints } from './checkpoints.js';
import { listenAnew, type Progresses } from './progresses.js';
import type { Renewals } from './renewals.js';
import type { RuleSweep } from './rule-sweep.js';
import type { RulesInForce } from './rules-in-force.js';
import type { StateCache } from './state-cache.js';

/** How often is looked, ms. */
const EVERY_MS = 1000;

/**
 * Raises alerts of devices from which nothing comes, as nothing calls for them to be judged but
 * time, and has changed rules take effect on them. The states that are stored say when each is to
 * be looked at, and an index finds those; a state in memory that is newer says that it was heard
 * from meanwhile.
 */
export class SilenceWatch {
  private readonly looking: Recurring;

  constructor(
    private readonly index: Pick<DeviceIndex, 'due'>,
    private readonly sweep: RuleSweep,
    private readonly renewals: Renewals,
    private readonly rules: RulesInForce,
    private readonly progresses: Progresses,
    private readonly states: StateCache,
    private readonly checkpoints: Pick<Checkpoints, 'epoch'>,
    log: Logger,
  ) {
    this.looking = new Recurring(
      () => this.sweep.run().then(() => this.look()),
      EVERY_MS,
      ({ message: error }) => log.warn({ error }, 'cannot look for silent devices; trying again'),
    );
  }

  /** Everything of a partition was handled when the broker said that there is nothing more. */
  atEnd(topicPartition: string): void {
    this.progresses.of(topicPartition)?.progress.end(performance.now());
  }

  start(): void {
    this.looking.start();
  }

  async stop(): Promise<void> {
    await this.looking.stop();
  }

  /** @throws the database's error */
  async look(): Promise<void> {
    await this.renewals.finish();
    const set = this.rules.current;
    if (!set.hasSilence) return;
    const { epoch } = this.checkpoints;
    await this.progresses.learn();
    const progress = new Map(
      [...this.progresses.all()].map((time) => [time.partition, time.progress.ms]),
    );
    if (progress.size === 0) return;
    const due = await this.index.due(progress);
    if (due.length === 0) return;
    await this.renewals.renew(due, set, epoch, (state, changes) => this.judge(state, set, changes));
  }

  private judge(state: DeviceState, set: RuleSet, changes: AlertChanges): void {
    const time = this.progresses.ofPartition(state.partition);
    if (!time) return;
    const { ms: progress } = time.progress;
    if (state.rules.set !== set) refresh(state, set, Date.now(), progress, changes);
    if (state.line !== time.line) listenAnew(state, time);
    else judgeSilence(state, progress, changes);
    // What is stored said that it is due. Where it is not so any more, that is to be stored.
    if (silenceDue(state) > progress) this.states.keep(state);
  }
}
