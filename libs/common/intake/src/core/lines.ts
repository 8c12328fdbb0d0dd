const NEWLINE = 0x0a;

/**
 * What takes the lines of an NDJSON body. `text` is undefined for a line that is longer than it may
 * be.
 */
export type TakeLine = (index: number, text: string | undefined) => void;

/**
 * Splits NDJSON that arrives in chunks into lines, holding back no more than one line. Blank lines
 * are counted and left out.
 */
export class LineSplitter {
  private rest: Buffer[] = [];
  private restBytes = 0;
  private index = 0;

  constructor(
    private readonly maxLineBytes: number,
    private readonly take: TakeLine,
  ) {}

  /** Bytes held back. */
  get held(): number {
    return this.restBytes <= this.maxLineBytes ? this.restBytes : 0;
  }

  push(chunk: Buffer): void {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) return this.keep(chunk);
    let start = 0;
    if (this.restBytes > 0) {
      const first = chunk.indexOf(NEWLINE);
      this.keep(chunk.subarray(0, first));
      this.flush();
      start = first + 1;
    }
    if (start <= end) this.lines(chunk.toString('utf8', start, end));
    if (end + 1 < chunk.length) this.keep(chunk.subarray(end + 1));
  }

  /** The body has ended: what has no newline is a line too. */
  end(): void {
    if (this.restBytes > 0) this.flush();
  }

  private lines(text: string): void {
    for (let from = 0; from <= text.length;) {
      const to = text.indexOf('\n', from);
      const line = to === -1 ? text.slice(from) : text.slice(from, to);
      this.line(line);
      if (to === -1) return;
      from = to + 1;
    }
  }

  private line(text: string): void {
    const index = this.index++;
    if (text.length > this.maxLineBytes) this.take(index, undefined);
    else if (text.trim() !== '') this.take(index, text);
  }

  private keep(part: Buffer): void {
    this.restBytes += part.length;
    if (this.restBytes > this.maxLineBytes) this.rest = [];
    else this.rest.push(part);
  }

  private flush(): void {
    const tooLong = this.restBytes > this.maxLineBytes;
    const text = tooLong ? '' : Buffer.concat(this.rest).toString('utf8');
    this.rest = [];
    this.restBytes = 0;
    if (tooLong) this.take(this.index++, undefined);
    else this.line(text);
  }
}
