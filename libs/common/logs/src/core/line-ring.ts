/** What a line holds in memory beyond its text: its place in the ring, and the text's own head. */
const OVERHEAD_BYTES = 64;
/** A text may take two bytes a character. */
const bytesOf = (line: string): number => 2 * line.length + OVERHEAD_BYTES;

/**
 * The newest lines, within a number of bytes: where there is no room, the oldest make it. Lines
 * have numbers, in the order in which they came, from 0.
 */
export class LineRing {
  private lines: string[] = [];
  /** Of `lines`, so many at the beginning have gone. */
  private head = 0;
  private held = 0;
  /** Number of the first line that is held. */
  private firstNumber = 0;

  constructor(private readonly maxBytes: number) {}

  get size(): number {
    return this.lines.length - this.head;
  }

  get bytes(): number {
    return this.held;
  }

  /** Number of the oldest line held, or of the next one where none is. */
  get first(): number {
    return this.firstNumber;
  }

  /** @returns how many lines had to go for it; one that has no room at all goes itself */
  push(line: string): number {
    this.lines.push(line);
    this.held += bytesOf(line);
    let gone = 0;
    for (; this.held > this.maxBytes; gone++) this.shift();
    return gone;
  }

  /** The oldest lines, so many at most, and so many characters; one at least. They stay. */
  oldest(count: number, characters: number): string[] {
    let end = this.head;
    for (let left = characters; end < this.lines.length && end - this.head < count; end++) {
      left -= this.lines[end]!.length;
      if (left < 0 && end > this.head) break;
    }
    return this.lines.slice(this.head, end);
  }

  /** Lets go of the lines before a number. */
  dropBefore(number: number): void {
    while (this.firstNumber < number && this.size > 0) this.shift();
  }

  private shift(): void {
    this.held -= bytesOf(this.lines[this.head]!);
    this.lines[this.head++] = '';
    this.firstNumber++;
    if (this.head === this.lines.length) {
      this.lines = [];
      this.head = 0;
    } else if (this.head > 1024 && this.head * 2 > this.lines.length) {
      this.lines = this.lines.slice(this.head);
      this.head = 0;
    }
  }
}
