/**
 * How much may be under way to Kafka at once, on whatever connection it came: what a lost
 * connection brought is still under way when the broker sends it again on the next one.
 */
export class Room {
  private messages = 0;
  private bytes = 0;

  /** @param freed told each time when there may be room again */
  constructor(
    private readonly mostMessages: number,
    private readonly mostBytes: number,
    private readonly freed: () => void,
  ) {}

  /** Messages under way. */
  get used(): number {
    return this.messages;
  }

  get usedBytes(): number {
    return this.bytes;
  }

  get free(): boolean {
    return this.messages < this.mostMessages && this.bytes < this.mostBytes;
  }

  /** One more is under way, whether or not there is room: it is here already. */
  take(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }

  give(bytes: number): void {
    const wasFull = !this.free;
    this.messages--;
    this.bytes -= bytes;
    if (wasFull && this.free) this.freed();
  }
}
