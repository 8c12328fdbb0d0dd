import type { LogEvent } from './event.js';

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);
const nameHashes = new Map<string, number>();

/** FNV-1a over a text's characters. */
function textHash(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Spreads a 32-bit value over all its bits. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function named(name: string, value: number): number {
  let hash = nameHashes.get(name);
  if (hash === undefined) nameHashes.set(name, (hash = textHash(name)));
  number[0] = value + 0;
  return mixed(mixed(hash ^ halves[0]!) + halves[1]!);
}

/**
 * 32 bits that change with anything that an event says, whatever the order of its values: what a
 * record and its document are compared by.
 */
export function fingerprint(event: LogEvent): number {
  const { id, device, ts, receivedAt, values, lat, lon, attributes } = event;
  let hash = textHash(device, textHash(id)) + named('ts', ts) + named('received_at', receivedAt);
  for (const [name, value] of values) hash += named(name, value);
  if (lat !== undefined && lon !== undefined) hash += named('lat', lat) + named('lon', lon);
  if (attributes !== undefined) hash += mixed(textHash(String(attributes)));
  return hash >>> 0;
}
