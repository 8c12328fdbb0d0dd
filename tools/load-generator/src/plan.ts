import type { EventSource } from './core/event.js';
import { replayEvents } from './core/replay.js';
import { deviceIds, syntheticEvents } from './core/synthetic.js';
import { openRecording } from './input/recording-file.js';
import type { Options } from './options.js';

/** What is going to be sent. */
export interface Plan {
  readonly source: EventSource;
  readonly devices: readonly string[];
  /** Ms after the start at which the last event is due. */
  readonly endMs: number;
  /** Events a second; Infinity for as fast as the target takes them. */
  readonly rate: number;
  /** Events have times at which they are due. */
  readonly openLoop: boolean;
  /**
   * Event time of the earliest and the latest reading, epoch ms; the latter as --until sends the
   * same events again.
   */
  readonly from: number;
  readonly until: number;
  /** In words. */
  readonly what: string;
}

/**
 * Makes the plan of a run that starts at `now` (epoch ms).
 * @throws Error when a recording cannot be used
 */
export function planOf(options: Options, now: number): Plan {
  return options.replay === undefined
    ? madeUp(options, now)
    : recorded(options, options.replay, now);
}

function recorded(options: Options, file: string, now: number): Plan {
  const { seed, speed, duplicates, late, bad, lateBy: lateByMs } = options;
  const recording = openRecording(file);
  const until = options.until ?? now;
  const length = recording.last - recording.first;
  return {
    source: replayEvents(recording, { seed, until, speed, duplicates, late, lateByMs, bad }),
    devices: recording.devices,
    endMs: speed === undefined ? 0 : length / speed,
    rate: Infinity,
    openLoop: speed !== undefined,
    from: until - length,
    until,
    what: `replays ${file} ${speed === undefined ? 'as fast as it is taken' : `at ${speed} times its speed`}`,
  };
}

function madeUp(options: Options, now: number): Plan {
  const {
    seed,
    devices,
    rps,
    duplicates,
    late,
    bad,
    lateBy: lateByMs,
    ramp: rampMs,
    profile,
    sensors,
    spikes,
    disconnect,
    devicePrefix,
    machines,
  } = options;
  const durationMs = Math.round(options.duration);
  const startAt = options.until === undefined ? now : options.until - durationMs;
  const plan = {
    seed,
    devices,
    rps,
    durationMs,
    rampMs,
    profile,
    startAt,
    sensors,
    spikes,
    duplicates,
    late,
    lateByMs,
    bad,
    disconnect,
    devicePrefix,
    machines,
  };
  return {
    source: syntheticEvents(plan),
    devices: deviceIds(plan),
    endMs: durationMs,
    rate: devices * rps,
    openLoop: true,
    from: late > 0 ? startAt - lateByMs : startAt,
    until: startAt + durationMs,
    what: `sends ${devices.toLocaleString('en-US')} devices × ${rps}/s for ${durationMs / 1000} s`,
  };
}
