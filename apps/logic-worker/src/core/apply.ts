import { asksAfter, latestFresh, type ActiveProgram } from '@iot/logic';
import type { ProgramError } from '@iot/sandbox';
import { beganAnew, type Arrival } from './arrival.js';
import { afterFailure, type HoldRules } from './holds.js';
import { classOf, RECENT, type Machine } from './machine.js';
import { withoutSkip, withSkip } from './skips.js';

/** Names of failures after which a program is held at once. */
const GRAVE: ReadonlySet<string> = new Set(['StuckError']);

/**
 * Puts a machine under its program: with a new state where that asks for one, by a change that came
 * after all that the machine has known of. So it keeps its state when it comes under the program of
 * a wider pattern, as its own was taken away, that asked for new states some time before.
 * @param latest the last change of any program that asked for new states
 */
export function putUnder(
  machine: Machine,
  { pattern, version, freshId }: ActiveProgram,
  latest: string | undefined,
): void {
  // What failed under another program says nothing of this one.
  if (machine.pattern !== pattern || machine.logicVersion !== version) machine.failures = [];
  machine.pattern = pattern;
  machine.logicVersion = version;
  if (machine.version > 0 && asksAfter(freshId, machine.freshId)) machine.state = '{}';
  machine.freshId = latestFresh([machine.freshId, freshId, latest]) ?? null;
}

/** A reading that its program took. The state is given once for all of a run. */
export function take(
  machine: Machine,
  arrival: Arrival,
  results: number,
  micros: number | undefined,
): void {
  pass(machine, arrival);
  if (arrival.redriven) machine.skipped = withoutSkip(machine.skipped, arrival.at, arrival.offset);
  machine.runs++;
  machine.results += results;
  if (micros !== undefined) machine.took[classOf(micros)]!++;
  machine.held = null;
}

/** A reading at which its program failed. @param now epoch ms */
export function fail(
  machine: Machine,
  arrival: Arrival,
  error: ProgramError,
  rules: HoldRules,
  now: number,
): void {
  const which = { pattern: machine.pattern, version: machine.logicVersion };
  skip(machine, arrival);
  const { failures, held } = afterFailure(machine, which, now, GRAVE.has(error.name), rules);
  machine.failures = failures;
  machine.held = held;
  machine.runs++;
  machine.errors++;
  machine.lastError = {
    ...error,
    event_id: arrival.reading?.eventId ?? '',
    source: `${arrival.at}/${arrival.offset}`,
    at: new Date(now),
    ...which,
  };
}

/** A reading that is not in the state and goes to the dead letters. */
export function skip(machine: Machine, arrival: Arrival): void {
  if (arrival.redriven) return;
  const { at, offset } = arrival;
  const before = beganAnew(arrival, machine) ? undefined : machine.positions.get(at)?.offset;
  pass(machine, arrival);
  machine.skipped = withSkip(machine.skipped, at, offset, before);
}

/** A reading that its device sent twice: it changes nothing but how far the machine is. */
export const passCopy = (machine: Machine, arrival: Arrival): void => pass(machine, arrival, false);

/** Notes that the machine is beyond a reading. */
function pass(machine: Machine, arrival: Arrival, isNew = true): void {
  const { at, offset, redriven, reading } = arrival;
  if (redriven) return;
  const before = machine.positions.get(at);
  if (beganAnew(arrival, machine)) machine.skipped = machine.skipped.filter((one) => one.at !== at);
  // Also of one that failed: what the device sends again is a copy of what can be redriven.
  if (isNew && reading && machine.recent.push(reading.eventId) > RECENT) machine.recent.shift();
  const arrived = Math.max(before?.arrived ?? 0, reading?.input.receivedAt ?? 0);
  machine.positions.set(at, { offset, arrived });
}
