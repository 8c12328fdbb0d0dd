import { frame, type LiveEvent } from './frames.js';

/** One who watches, and the device whose changes it wants besides what all get. */
export interface Viewer {
  readonly device: string | undefined;
  /** Takes a frame at once; whoever cannot keep up sees to its own end. */
  send(frame: string): void;
}

interface Sent {
  readonly number: number;
  /** Undefined: for all. */
  readonly device: string | undefined;
  readonly frame: string;
}

/**
 * Hands each change to all who watch. A change is written out once, however many these are, and the
 * last of them are kept for those who come back.
 */
export class Hub {
  private readonly viewers = new Set<Viewer>();
  private readonly sent: Sent[] = [];
  private number = 0;

  /**
   * @param run a word that another run of this process, or another replica, does not have
   * @param kept so many events are kept
   */
  constructor(
    private readonly run: string,
    private readonly kept: number,
  ) {}

  get size(): number {
    return this.viewers.size;
  }

  /** The devices that somebody watches. */
  devices(): Set<string> {
    return new Set([...this.viewers].flatMap(({ device }) => device ?? []));
  }

  /**
   * Lets somebody watch from now on, and gives what it must see first: what it missed since the
   * event that it saw last, or everything, where that is not known any more.
   */
  join(viewer: Viewer, lastId: string | undefined, snapshot: () => unknown): void {
    const missed = lastId === undefined ? undefined : this.since(lastId, viewer.device);
    if (missed) for (const text of missed) viewer.send(text);
    else viewer.send(frame('snapshot', snapshot(), this.id(this.number)));
    this.viewers.add(viewer);
  }

  leave(viewer: Viewer): void {
    this.viewers.delete(viewer);
  }

  /** Something changed, for all or for those who watch one device. */
  publish(event: LiveEvent, data: unknown, device?: string): void {
    const number = ++this.number;
    const text = frame(event, data, this.id(number));
    this.sent.push({ number, device, frame: text });
    if (this.sent.length > this.kept) this.sent.shift();
    this.broadcast(text, device);
  }

  /** A sign of life, which nobody has to catch up with. */
  beat(data: unknown): void {
    this.broadcast(frame('beat', data), undefined);
  }

  private broadcast(text: string, device: string | undefined): void {
    for (const viewer of this.viewers)
      if (device === undefined || viewer.device === device) viewer.send(text);
  }

  private readonly id = (number: number): string => `${this.run}.${number}`;

  /** Frames behind an event; undefined: not all of them are known. */
  private since(lastId: string, device: string | undefined): string[] | undefined {
    const [run, digits = ''] = lastId.split('.');
    const last = /^\d{1,15}$/.test(digits) ? Number(digits) : NaN;
    if (run !== this.run || !(last <= this.number)) return undefined;
    const oldest = this.sent[0]?.number ?? this.number + 1;
    if (last < oldest - 1) return undefined;
    return this.sent
      .filter((sent) => sent.number > last && [undefined, device].includes(sent.device))
      .map((sent) => sent.frame);
  }
}
