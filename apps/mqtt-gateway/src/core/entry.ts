import type { Origin } from './deliveries.js';

/** A line of the journal: what a packet id of a session was taken as. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

const VALUE = /^([\w-]{1,64}) (\d{1,16}) ([\w-]{1,64})$/;

export const entryOf = (session: string, packetId: number, origin: Origin): Entry => ({
  key: `${session}/${packetId}`,
  value: `${origin.id} ${origin.at} ${origin.content}`,
});

/** @returns undefined for an entry of another session, and for what is none */
export function originIn(
  session: string,
  { key, value }: Entry,
): readonly [number, Origin] | undefined {
  if (!key.startsWith(`${session}/`)) return undefined;
  const packetId = Number(key.slice(session.length + 1));
  const [, id, at, content] = VALUE.exec(value) ?? [];
  if (!Number.isInteger(packetId) || packetId < 1 || packetId > 65_535 || id === undefined)
    return undefined;
  return [packetId, { id, at: Number(at), content: content! }];
}
