import type { EventSource, LoadEvent } from './event.js';
import { chance } from './hash.js';
import { Mixer } from './mixer.js';
import { Schedule, type Profile } from './schedule.js';
import { device, Signals, type Device, type SensorName } from './signals.js';

/** A made-up fleet and its run. */
export interface SyntheticPlan {
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  readonly devices: number;
  /** Readings a second of each device, on average. */
  readonly rps: number;
  readonly durationMs: number;
  readonly rampMs: number;
  readonly profile: Profile;
  /** Epoch ms of the start of the run: a reading's `ts` is this plus the time it is due. */
  readonly startAt: number;
  readonly sensors: readonly SensorName[];
  /** Fractions, 0 to 1: see {@link Mixer}. Late readings carry a `ts` up to `lateByMs` before the time they are sent. */
  readonly spikes: number;
  readonly duplicates: number;
  readonly late: number;
  readonly lateByMs: number;
  readonly bad: number;
  readonly disconnect: number;
  readonly devicePrefix: string;
}

const SALT = { late: 61, lateness: 62 };

/** The ids of a fleet's devices: the prefix and a number of equal width, from 1. */
export function deviceIds(plan: Pick<SyntheticPlan, 'devices' | 'devicePrefix'>): string[] {
  const width = String(plan.devices).length;
  return Array.from({ length: plan.devices }, (_, index) => plan.devicePrefix + String(index + 1).padStart(width, '0'));
}

/** The readings alone, each device in its turn. */
class Readings implements EventSource {
  private readonly schedule: Schedule;
  private readonly signals: Signals;
  private readonly fleet: readonly Device[];
  private readonly run: string;
  private number = 0;

  constructor(private readonly plan: SyntheticPlan) {
    this.schedule = new Schedule(plan.devices * plan.rps, plan.durationMs, plan.rampMs, plan.profile);
    this.signals = new Signals(plan.seed, plan.sensors, plan.spikes);
    this.fleet = deviceIds(plan).map((id, index) => device(plan.seed, index, id));
    this.run = `lg-${plan.seed.toString(36)}`;
  }

  next(): LoadEvent | undefined {
    const due = this.schedule.next();
    if (due === undefined) return undefined;
    const { plan, fleet } = this;
    const index = this.number % fleet.length;
    const seq = Math.floor(this.number / fleet.length);
    this.number++;
    const of = fleet[index]!;
    const late = plan.late > 0 && chance(plan.seed, index, seq, SALT.late) < plan.late;
    let ts = plan.startAt + Math.floor(due);
    // Most are late by minutes, some by hours: the square pulls towards the present.
    if (late) ts -= 1 + Math.floor((plan.lateByMs - 1) * chance(plan.seed, index, seq, SALT.lateness) ** 2);
    const event_id = `${this.run}-${index.toString(36)}-${seq.toString(36)}`;
    const json = `{"device_id":"${of.id}","ts":${ts},"event_id":"${event_id}",${this.signals.members(of, seq, ts)}}`;
    return { due, device: index, device_id: of.id, event_id, ts, json, late, duplicate: false, bad: undefined };
  }
}

/**
 * The events of a run, in the order of `due`. Pure: the same plan gives the same events, and event ids depend on the seed alone
 * (device number and reading number within it), not on `startAt`.
 */
export function syntheticEvents(plan: SyntheticPlan): EventSource {
  const { duplicates, bad, disconnect } = plan;
  return new Mixer(new Readings(plan), plan.seed, { duplicates, bad, disconnect, delayed: 0, delayBy: 0, end: plan.durationMs });
}
