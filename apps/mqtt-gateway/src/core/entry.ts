import { NOTHING, NUMBERINGS } from './deliveries.js';
import type { Limits, Mark, Numbering, Origin, Written } from './deliveries.js';

/** A line of the journal: what a packet id of a session was taken as, or how far a session is. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

const ORIGIN = /^([\w-]{1,64}) (\d{1,16}) ([\w-]{1,64}) (\d{1,16})$/;
const MARK = /^(\d{1,16}) (\d{1,16}) (\d{1,5}) (\w{1,20})$/;
/** No packet id. */
const MARK_ID = 0;

export const entryOf = (session: string, packetId: number, origin: Origin): Entry => ({
  key: `${session}/${packetId}`,
  value: `${origin.id} ${origin.at} ${origin.content} ${origin.seq}`,
});

export const markOf = (session: string, { from, seq, last, numbering }: Mark): Entry => ({
  key: `${session}/${MARK_ID}`,
  value: `${from} ${seq} ${last} ${numbering}`,
});

/** Gathers what the journal has of one session, in any order. */
export class Reading {
  private readonly origins = new Map<number, Origin>();
  private mark: Mark = NOTHING.mark;

  constructor(private readonly session: string) {}

  /** An entry of another session, and what is none, is passed over. */
  add({ key, value }: Entry): void {
    if (!key.startsWith(`${this.session}/`)) return;
    const packetId = Number(key.slice(this.session.length + 1));
    if (packetId === MARK_ID) return this.addMark(value);
    const [, id, at, content, seq] = ORIGIN.exec(value) ?? [];
    if (!Number.isInteger(packetId) || packetId < 1 || packetId > 65_535 || id === undefined)
      return;
    const origin = { id, at: Number(at), content: content!, seq: Number(seq) };
    const before = this.origins.get(packetId)?.seq ?? 0;
    if (origin.seq >= before) this.origins.set(packetId, origin);
  }

  /** What may come again: acknowledgements go out in order, so it is among the newest. */
  written({ window }: Limits): Written {
    let { seq, last } = this.mark;
    for (const [packetId, origin] of this.origins)
      if (origin.seq >= seq) [seq, last] = [origin.seq, packetId];
    const known = [...this.origins]
      .filter(([, origin]) => origin.seq >= this.mark.from && origin.seq > seq - window)
      .sort(([, a], [, b]) => a.seq - b.seq);
    // Where nothing is left that may come again, nobody wrote down how far the packet ids went.
    return { known, mark: { ...this.mark, seq, last: known.length > 0 ? last : 0 } };
  }

  private addMark(value: string): void {
    const [, from, seq, last, numbering] = MARK.exec(value) ?? [];
    if (!NUMBERINGS.includes(numbering as Numbering) || Number(seq) < this.mark.seq) return;
    const mark = { from: Number(from), seq: Number(seq), last: Number(last) };
    this.mark = { ...mark, numbering: numbering as Numbering };
  }
}
