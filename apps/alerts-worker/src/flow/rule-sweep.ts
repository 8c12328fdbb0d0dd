import {
  listen,
  refresh,
  silenceDue,
  type AlertChanges,
  type DeviceState,
  type RuleSet,
} from '@iot/alerting';
import { alertFrom } from '../core/alert-document.js';
import type { DeviceIndex } from '../output/device-index.js';
import type { Checkpoints } from './checkpoints.js';
import { listenAnew, type Progresses } from './progresses.js';
import type { Renewals } from './renewals.js';
import type { RulesInForce } from './rules-in-force.js';
import type { StateCache } from './state-cache.js';

const DEVICES_AT_ONCE = 1000;

/**
 * What a change of the rules asks for at once, though no reading comes: alerts whose rule is gone,
 * disabled, or about their device no more are resolved; and the silence of devices counts by rules
 * that are new. It runs once for each change and assignment, not for each reading or second.
 */
export class RuleSweep {
  private done: { readonly set: RuleSet; readonly epoch: number } | undefined;

  constructor(
    private readonly source: Pick<DeviceIndex, 'devicesOf' | 'openAlerts'>,
    private readonly renewals: Renewals,
    private readonly rules: RulesInForce,
    private readonly progresses: Progresses,
    private readonly states: StateCache,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** @throws the database's error; it is done again the next time */
  async run(): Promise<void> {
    await this.renewals.finish();
    const set = this.rules.current;
    const { epoch } = this.checkpoints;
    const partitions = this.progresses.partitions;
    if (partitions.length === 0) return;
    if (this.done?.set === set && this.done.epoch === epoch) return;
    await this.progresses.learn();
    const gone = new Set<string>();
    for await (const alert of this.source.openAlerts())
      if (alertFrom(alert, set.of(alert.device_id)).rule.index < 0) gone.add(alert.device_id);
    for (const some of chunks([...gone])) await this.renew(some, set, epoch);
    const times = [...this.progresses.all()].filter(({ silence }) => silence !== set.silenceKey);
    const unswept = times.map(({ partition }) => partition);
    if (unswept.length > 0) {
      let some: string[] = [];
      for await (const id of this.source.devicesOf(unswept))
        if (some.push(id) === DEVICES_AT_ONCE) {
          await this.renew(some, set, epoch);
          some = [];
        }
      await this.renew(some, set, epoch);
      await this.checkpoints.take();
      if (set !== this.rules.current || epoch !== this.checkpoints.epoch) return;
      for (const time of times) time.silence = set.silenceKey;
    }
    this.done = { set, epoch };
  }

  private renew(ids: readonly string[], set: RuleSet, epoch: number): Promise<void> {
    return this.renewals.renew(ids, set, epoch, (state, changes) => {
      if (this.isMine(state)) this.renewOne(state, set, changes);
    });
  }

  /** A device that was not heard of since partitions are noted is anybody's. */
  private isMine({ partition }: DeviceState): boolean {
    return partition < 0 || this.progresses.partitions.includes(partition);
  }

  private renewOne(state: DeviceState, set: RuleSet, changes: AlertChanges): void {
    const time = set.hasSilence ? this.progresses.ofPartition(state.partition) : undefined;
    const progress = time?.progress.ms ?? NaN;
    const due = silenceDue(state);
    const renewed = state.rules.set !== set && refresh(state, set, Date.now(), progress, changes);
    const listens = listen(state, progress);
    if (time && state.line !== time.line) listenAnew(state, time);
    if (renewed || listens || silenceDue(state) !== due || state.rules.silence.length > 0)
      this.states.keep(state);
  }
}

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < ids.length; i += DEVICES_AT_ONCE) yield ids.slice(i, i + DEVICES_AT_ONCE);
}
