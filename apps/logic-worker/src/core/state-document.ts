import type { MachineStateDocument } from '@iot/mongo';
import type { Machine } from './machine.js';

export const machineOf = (stored: MachineStateDocument): Machine => ({
  id: stored._id,
  state: stored.state,
  version: stored.version,
  pattern: stored.pattern,
  logicVersion: stored.logic_version,
  freshId: stored.fresh_id,
  positions: new Map(stored.positions.map(({ at, ...position }) => [at, position])),
  skipped: stored.skipped,
  recent: stored.recent,
  runs: stored.runs,
  errors: stored.errors,
  results: stored.results,
  took: stored.took,
  failures: stored.failures,
  held: stored.held,
  lastError: stored.last_error,
});

/** The document of the version after the machine's. @param now epoch ms */
export const documentOf = (machine: Machine, now: number): MachineStateDocument => ({
  _id: machine.id,
  state: machine.state,
  version: machine.version + 1,
  pattern: machine.pattern,
  logic_version: machine.logicVersion,
  fresh_id: machine.freshId,
  positions: Array.from(machine.positions, ([at, position]) => ({ at, ...position })),
  skipped: [...machine.skipped],
  recent: [...machine.recent],
  runs: machine.runs,
  errors: machine.errors,
  results: machine.results,
  took: [...machine.took],
  failures: [...machine.failures],
  held: machine.held,
  last_error: machine.lastError,
  updated_at: new Date(now),
});
