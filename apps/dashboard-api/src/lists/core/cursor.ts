import type { Position } from './position.js';

const SUM_LENGTH = 16;
const LONGEST = 1024;
const MAX_EPOCH_MS = 8.64e15;

/**
 * A position as an opaque text. `scope` names the list and its filters: the cursor is good for
 * those only. The checksum finds cursors that were cut, altered or taken from elsewhere; it is no
 * signature, as a position shows nothing that the list itself does not.
 */
export function encodeCursor(position: Position, scope: string): string {
  const { time, id, part } = position;
  const body = JSON.stringify(part === undefined ? [time, id] : [time, id, part]);
  return Buffer.from(checksum(scope, body) + body).toString('base64url');
}

/**
 * The position that {@link encodeCursor} was given with the same scope; undefined for any other
 * text.
 */
export function decodeCursor(cursor: string, scope: string): Position | undefined {
  if (cursor.length > LONGEST) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  // Node's decoder skips what is not base64url; only the one right spelling counts.
  if (bytes.toString('base64url') !== cursor) return undefined;
  const text = bytes.toString();
  const body = text.slice(SUM_LENGTH);
  if (text.slice(0, SUM_LENGTH) !== checksum(scope, body)) return undefined;
  return toPosition(body);
}

function toPosition(body: string): Position | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length < 2 || parts.length > 3) return undefined;
  const [time, id, part] = parts as [unknown, unknown, unknown];
  if (
    typeof time !== 'number' ||
    !Number.isInteger(time) ||
    Math.abs(time) > MAX_EPOCH_MS ||
    typeof id !== 'string'
  )
    return undefined;
  if (parts.length === 2) return { time, id };
  return typeof part === 'string' ? { time, id, part } : undefined;
}

/** FNV-1a, 64 bits, as 16 hexadecimal digits. */
function checksum(scope: string, body: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(`${scope}\0${body}`))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(SUM_LENGTH, '0');
}
