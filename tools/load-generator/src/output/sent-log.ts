import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { valuesOf, type LoadEvent } from '../core/event.js';

const CHUNK = 65_536;

/**
 * A file with a line of NDJSON for each event that was accepted: event_id, device_id, ts, values,
 * duplicate, late, bad.
 */
export class SentLog {
  private text = '';
  private failure: Error | undefined;

  private constructor(
    private readonly file: string,
    private readonly stream: WriteStream,
  ) {
    stream.on('error', (error) => (this.failure ??= error));
  }

  /** @throws Error naming the file when it cannot be written */
  static async open(file: string): Promise<SentLog> {
    const stream = createWriteStream(file);
    try {
      await once(stream, 'open');
    } catch (error) {
      throw new Error(`--sent-log: cannot write ${file}: ${(error as Error).message}`);
    }
    return new SentLog(file, stream);
  }

  add(event: LoadEvent): void {
    const { reading, duplicate, late, bad } = event;
    const { event_id, device_id, ts } = reading;
    const values = bad === undefined ? valuesOf(reading) : {};
    this.text += `${JSON.stringify({ event_id, device_id, ts, values, duplicate, late, bad })}\n`;
    if (this.text.length >= CHUNK) this.flush();
  }

  /** @throws Error naming the file when not all of it could be written */
  async close(): Promise<void> {
    this.flush();
    if (!this.failure)
      await new Promise<void>((resolve) => this.stream.once('error', () => resolve()).end(resolve));
    if (this.failure)
      throw new Error(`--sent-log: cannot write ${this.file}: ${this.failure.message}`);
  }

  private flush(): void {
    if (!this.failure) this.stream.write(this.text);
    this.text = '';
  }
}
