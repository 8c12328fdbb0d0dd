import { jitteredBackoff } from '@iot/resilience';
import { Intake, type IntakeOptions } from './core/intake.js';
import { lineOf, type Writer } from './core/line-of.js';
import type { LogLine } from './core/log-line.js';

export interface TeeOptions extends IntakeOptions {
  readonly writer: Writer;
  /** Sends lines, or throws; it may be called again with the same ones. */
  readonly send: (lines: LogLine[]) => Promise<void>;
  /** Lets go of what sending needs. */
  readonly end: () => Promise<void>;
  /** How long a line waits for others, milliseconds. */
  readonly lingerMs: number;
  readonly now: () => number;
}

const RETRY = { firstMs: 500, maxMs: 30_000 };
/** Of one send: a broker takes 1 MiB at a time. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 200_000;

/**
 * Takes a copy of each line that the process logs to a topic. It never waits for anything, and
 * nothing waits for it: lines gather in a ring of so many bytes, one send is under way at most, and
 * what one could not deliver stays in the ring for the next, as long as nothing newer needs its
 * place.
 */
export class LogTee {
  /** Lines that the topic has acknowledged. */
  sent = 0;
  private readonly intake: Intake;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private failures = 0;

  constructor(private readonly options: TeeOptions) {
    this.intake = new Intake(options);
  }

  get dropped(): Readonly<Record<'rate' | 'full', number>> {
    return this.intake.dropped;
  }

  /** Bytes of the lines that wait. */
  get waitingBytes(): number {
    return this.intake.ring.bytes;
  }

  /** @param line as the service's logger writes it, without anything secret */
  readonly write = (line: string): void => {
    this.intake.offer(line, this.options.now());
    if (this.intake.ring.size > 0) this.arm(this.options.lingerMs);
  };

  /** Sends what waits, for so long at most, once: what cannot be sent then is lost. */
  async close(withinMs: number): Promise<void> {
    clearTimeout(this.timer);
    const all = async (): Promise<void> => {
      await this.sending;
      while (this.intake.ring.size > 0 && this.failures === 0) await this.sendSome();
      await this.options.end();
    };
    let late: NodeJS.Timeout | undefined;
    await Promise.race([all(), new Promise((done) => (late = setTimeout(done, withinMs)))]);
    clearTimeout(late);
  }

  private arm(delayMs: number): void {
    if (this.timer !== undefined || this.sending) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sending = this.sendSome().finally(() => {
        this.sending = undefined;
        if (this.intake.ring.size === 0) return;
        this.arm(this.failures === 0 ? 0 : jitteredBackoff(this.failures, RETRY, Math.random()));
      });
    }, delayMs).unref();
  }

  private async sendSome(): Promise<void> {
    const { ring } = this.intake;
    const { writer, send } = this.options;
    const { first } = ring;
    const waiting = ring.oldest(MOST_LINES, MOST_CHARACTERS);
    const lines = waiting.map((line, i) => lineOf(line, first + i, writer));
    try {
      await send(lines);
      this.failures = 0;
      this.sent += lines.length;
      ring.dropBefore(first + lines.length);
    } catch {
      this.failures++;
    }
  }
}
