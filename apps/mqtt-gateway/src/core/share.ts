/** A part of the messages that one session at the broker brings. */
export interface Share {
  readonly filter: string;
  /** From 0, of so many: which devices of the filter are in it. */
  readonly slot: number;
  readonly slots: number;
}

/** All parts, in the order by which gateways divide them. */
export const sharesOf = (filters: readonly string[], slots: number): Share[] =>
  [...filters]
    .sort()
    .flatMap((filter) => Array.from({ length: slots }, (_, slot) => ({ filter, slot, slots })));

/** What names a part: of one that is whole it is the filter. */
export const shareName = ({ filter, slot, slots }: Share): string =>
  slots === 1 ? filter : `${filter} ${slot}/${slots}`;

/** Whether the messages of a device, or of a topic that names none, belong to a part. */
export function belongsTo({ slot, slots }: Share, device: string): boolean {
  return slots === 1 || hashOf(device) % slots === slot;
}

/** Which parts go with partitions of a topic, of `all` that it has. */
export function sharesAt(parts: number, partitions: readonly number[], all: number): Set<number> {
  const owned = new Set(partitions);
  return new Set(Array.from({ length: parts }, (_, i) => i).filter((i) => owned.has(i % all)));
}

/** FNV-1a, of UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
