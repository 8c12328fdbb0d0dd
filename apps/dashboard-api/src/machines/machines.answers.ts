import type { LogicHeadDocument, LogicVersionDocument, MachineStateDocument } from '@iot/mongo';
import { ApiProperty } from '@nestjs/swagger';
import { EARLY, LATER } from '../lists/examples.js';
import { quantileOf } from './core/durations.js';

const ANY = { type: 'object', additionalProperties: true, nullable: true } as const;

/** What of a program is shown of it where its text is not. */
export class LogicVersion {
  @ApiProperty({ example: 'plant-7.*' }) pattern!: string;
  @ApiProperty({ example: 3 }) version!: number;
  @ApiProperty({ example: LATER }) created_at!: string;
  @ApiProperty({ example: 'ada' }) created_by!: string;
  @ApiProperty({ type: String, nullable: true, example: 'counts readings' }) note!: string | null;
  @ApiProperty({ description: 'SHA-256 of the text' }) sha256!: string;
  @ApiProperty({ description: 'Whether it is the one that runs' }) active!: boolean;
}

/** A program. */
export class Logic extends LogicVersion {
  @ApiProperty({ example: 'function process(data, state) { return state; }' }) logic!: string;
}

export class LogicVersions {
  @ApiProperty({ type: [LogicVersion] }) data!: LogicVersion[];
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** The active program of a pattern. */
export class ActiveLogic {
  @ApiProperty({ example: 'plant-7.*' }) pattern!: string;
  @ApiProperty({ example: 3 }) version!: number;
  @ApiProperty({ example: LATER }) updated_at!: string;
  @ApiProperty({ example: 'ada' }) updated_by!: string;
}

export class ActiveLogics {
  @ApiProperty({ type: [ActiveLogic] }) data!: ActiveLogic[];
}

/** A machine whose program has run. */
export class MachineSummary {
  @ApiProperty({ example: 'plant-7.press-1' }) id!: string;
  @ApiProperty({ example: 'plant-7.*', description: 'Of the program that ran last' })
  pattern!: string;
  @ApiProperty({ example: 3 }) version!: number;
  @ApiProperty({ example: 1200 }) runs!: number;
  @ApiProperty({ example: 2 }) errors!: number;
  @ApiProperty({ example: 1198 }) results!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Time of a run, µs, in powers of two' })
  p50_us!: number | null;
  @ApiProperty({ type: Number, nullable: true }) p99_us!: number | null;
  @ApiProperty({ description: 'Its readings go to the dead letters, as its program failed' })
  held!: boolean;
  @ApiProperty({ type: String, nullable: true, example: LATER }) held_until!: string | null;
  @ApiProperty({ example: LATER }) updated_at!: string;
}

export class MachineSummaries {
  @ApiProperty({ type: [MachineSummary] }) data!: MachineSummary[];
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** The last failure of a program. */
export class MachineError {
  @ApiProperty({ example: 'TypeError' }) name!: string;
  @ApiProperty({ example: 'cannot read property ‘x’ of null' }) message!: string;
  @ApiProperty({ example: '    at process (logic.js:3:7)' }) stack!: string;
  @ApiProperty({ example: 'e-42' }) event_id!: string;
  @ApiProperty({ example: 'telemetry.raw/3/1200' }) source!: string;
  @ApiProperty({ example: EARLY }) at!: string;
  @ApiProperty({ example: 'plant-7.*' }) pattern!: string;
  @ApiProperty({ example: 3 }) version!: number;
}

/** A machine with its state. */
export class MachineAnswer extends MachineSummary {
  @ApiProperty({ ...ANY, description: 'Any JSON value' }) state!: unknown;
  @ApiProperty({ type: MachineError, nullable: true }) last_error!: MachineError | null;
  @ApiProperty({
    description: 'Ranges of readings that the state lacks: they failed, or were held',
  })
  skipped!: number;
}

export class TrialError {
  @ApiProperty() name!: string;
  @ApiProperty() message!: string;
  @ApiProperty() stack!: string;
}

/** What a trial made of one reading. */
export class TrialOutcome {
  @ApiProperty({ example: 'e-42' }) event_id!: string;
  @ApiProperty({ example: EARLY }) ts!: string;
  @ApiProperty({ ...ANY, description: 'The state after it, any JSON value' }) state!: unknown;
  @ApiProperty({ type: 'array', items: {} }) results!: unknown[];
  @ApiProperty({ type: [String], description: 'What it wrote to the console' }) logs!: string[];
  @ApiProperty({ type: TrialError, nullable: true }) error!: TrialError | null;
  @ApiProperty({ type: Number, nullable: true, description: 'How long it took, µs' })
  took_us!: number | null;
}

/** What a trial came to. */
export class Trial {
  @ApiProperty({ type: [TrialOutcome] }) readings!: TrialOutcome[];
  @ApiProperty({ ...ANY, description: 'The state at the end, any JSON value' }) state!: unknown;
  @ApiProperty({ description: 'false: it took too long, failed too often or said too much' })
  complete!: boolean;
  @ApiProperty({ description: 'Time of all, ms' }) took_ms!: number;
}

export const versionAnswer = (
  { pattern, version, created_at, created_by, note, sha256 }: LogicVersionDocument,
  active: number | null | undefined,
): LogicVersion => ({
  pattern,
  version,
  created_at: created_at.toISOString(),
  created_by,
  note,
  sha256,
  active: version === active,
});

export const activeAnswer = ({ _id, version, updated_at, updated_by }: LogicHeadDocument) => ({
  pattern: _id,
  version: version!,
  updated_at: updated_at.toISOString(),
  updated_by,
});

/** @param now epoch ms */
export function summaryOf(machine: MachineStateDocument, now: number): MachineSummary {
  const { held } = machine;
  const isHeld =
    held !== null &&
    held.until.getTime() > now &&
    held.pattern === machine.pattern &&
    held.version === machine.logic_version;
  return {
    id: machine._id,
    pattern: machine.pattern,
    version: machine.logic_version,
    runs: machine.runs,
    errors: machine.errors,
    results: machine.results,
    p50_us: quantileOf(machine.took, 0.5),
    p99_us: quantileOf(machine.took, 0.99),
    held: isHeld,
    held_until: isHeld ? held.until.toISOString() : null,
    updated_at: machine.updated_at.toISOString(),
  };
}

/** @param now epoch ms */
export const machineAnswer = (machine: MachineStateDocument, now: number): MachineAnswer => ({
  ...summaryOf(machine, now),
  state: JSON.parse(machine.state) as unknown,
  last_error: machine.last_error && {
    ...machine.last_error,
    at: machine.last_error.at.toISOString(),
  },
  skipped: machine.skipped.length,
});
