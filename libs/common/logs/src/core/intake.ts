import { LineRing } from './line-ring.js';
import { Pace } from './pace.js';

/** Why a line did not get to the topic: `rate`, more came than may; `full`, it waited too long. */
export const DROP_REASONS = ['rate', 'full'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface IntakeOptions {
  readonly linesPerSecond: number;
  readonly bufferBytes: number;
}

/** Lines about the client that carries lines would never end. */
const OF_THE_CLIENT = '"component":"kafkajs"';
const BEGINS = '{"level":"';

/**
 * Which lines wait to be sent. Warnings and worse have a rate of their own, so that talk cannot
 * crowd them out.
 */
export class Intake {
  readonly ring: LineRing;
  readonly dropped: Record<DropReason, number> = { rate: 0, full: 0 };
  private readonly talk: Pace;
  private readonly trouble: Pace;

  constructor({ linesPerSecond, bufferBytes }: IntakeOptions) {
    this.ring = new LineRing(bufferBytes);
    this.talk = new Pace(linesPerSecond);
    this.trouble = new Pace(linesPerSecond);
  }

  /** @param line as the service's logger writes it, without anything secret */
  offer(line: string, nowMs: number): void {
    if (line.includes(OF_THE_CLIENT)) return;
    const pace = isTrouble(line) ? this.trouble : this.talk;
    if (pace.take(nowMs)) this.dropped.full += this.ring.push(line);
    else this.dropped.rate++;
  }
}

/** By the letter of its level, which is the first of a line's fields. */
function isTrouble(line: string): boolean {
  if (!line.startsWith(BEGINS)) return true;
  const letter = line[BEGINS.length];
  return letter === 'w' || letter === 'e' || letter === 'f';
}
