import type { EventSource, LoadEvent, Reading } from './event.js';
import { chance } from './hash.js';
import { attributes } from './machine.js';
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
  /**
   * Fractions, 0 to 1: see {@link Mixer}. Late readings carry a `ts` up to `lateByMs` before the
   * time they are sent.
   */
  readonly spikes: number;
  readonly duplicates: number;
  readonly late: number;
  readonly lateByMs: number;
  readonly bad: number;
  readonly disconnect: number;
  readonly devicePrefix: string;
  /** Readings have attributes too. */
  readonly machines: boolean;
}

const SALT = { late: 61, lateness: 62 };

/** The ids of a fleet's devices: the prefix and a number of equal width, from 1. */
export function deviceIds(plan: Pick<SyntheticPlan, 'devices' | 'devicePrefix'>): string[] {
  const width = String(plan.devices).length;
  return Array.from(
    { length: plan.devices },
    (_, index) => plan.devicePrefix + String(index + 1).padStart(width, '0'),
  );
}

/** What the readings of a run have in common. */
interface Fleet {
  readonly signals: Signals;
  readonly devices: readonly Device[];
  /** What event ids start with. */
  readonly run: string;
  /** Of what the attributes of machines are made; undefined: devices are none. */
  readonly machineSeed: number | undefined;
}

/** A reading that is small while it waits: its text is made when it is sent. */
class Measured implements Reading {
  constructor(
    private readonly fleet: Fleet,
    readonly device: number,
    private readonly seq: number,
    readonly ts: number,
  ) {}

  get device_id(): string {
    return this.fleet.devices[this.device]!.id;
  }

  get event_id(): string {
    return `${this.fleet.run}-${this.device.toString(36)}-${this.seq.toString(36)}`;
  }

  get json(): string {
    const { signals, devices, machineSeed } = this.fleet;
    const members = signals.members(devices[this.device]!, this.seq, this.ts);
    const others =
      machineSeed === undefined
        ? ''
        : `,"attributes":${attributes(machineSeed, this.device, this.seq)}`;
    return `{"device_id":"${this.device_id}","ts":${this.ts},"event_id":"${this.event_id}",${members}${others}}`;
  }
}

/** The readings alone, each device in its turn. */
class Readings implements EventSource {
  private readonly schedule: Schedule;
  private readonly fleet: Fleet;
  private device = 0;
  private seq = 0;

  constructor(private readonly plan: SyntheticPlan) {
    const { seed } = plan;
    this.schedule = new Schedule(
      plan.devices * plan.rps,
      plan.durationMs,
      plan.rampMs,
      plan.profile,
    );
    const devices = deviceIds(plan).map((id, index) => device(seed, index, id));
    this.fleet = {
      signals: new Signals(seed, plan.sensors, plan.spikes),
      devices,
      run: `lg-${seed.toString(36)}`,
      machineSeed: plan.machines ? seed : undefined,
    };
  }

  next(): LoadEvent | undefined {
    const due = this.schedule.next();
    if (due === undefined) return undefined;
    const { plan, device: index, seq } = this;
    if (++this.device === plan.devices) {
      this.device = 0;
      this.seq++;
    }
    const late = plan.late > 0 && chance(plan.seed, index, seq, SALT.late) < plan.late;
    let ts = plan.startAt + Math.floor(due);
    // Most are late by minutes, some by hours: the square pulls towards the present.
    if (late)
      ts -= 1 + Math.floor((plan.lateByMs - 1) * chance(plan.seed, index, seq, SALT.lateness) ** 2);
    return {
      due,
      reading: new Measured(this.fleet, index, seq, ts),
      late,
      duplicate: false,
      bad: undefined,
    };
  }
}

/**
 * The events of a run, in the order of `due`. Pure: the same plan gives the same events, and event
 * ids depend on the seed alone (device number and reading number within it), not on `startAt`.
 */
export function syntheticEvents(plan: SyntheticPlan): EventSource {
  const { duplicates, bad, disconnect } = plan;
  return new Mixer(new Readings(plan), plan.seed, {
    duplicates,
    bad,
    disconnect,
    delayed: 0,
    delayBy: 0,
    end: plan.durationMs,
  });
}
