import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseRecorded, type Recorded, type Recording } from '../core/replay.js';

/** The greatest recording that is taken, in bytes after inflation: it is held in memory. */
export const MAX_RECORDING = 1 << 30;
const LINE_FEED = 10;

/** The lines of a text in memory that are not blank, with their numbers from 1. */
function* lines(bytes: Buffer): Generator<{ number: number; text: string }> {
  let number = 0;
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end === -1 ? bytes.length : end;
    const text = bytes.toString('utf8', from, to).trim();
    number++;
    if (text !== '') yield { number, text };
    from = to + 1;
  }
}

/**
 * Opens a recording: NDJSON, or NDJSON compressed with gzip. Every line is read once here, so that
 * nothing is sent of a broken file.
 * @throws Error that names the file, and the line where one is wrong
 */
export function openRecording(file: string): Recording {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b)
      bytes = gunzipSync(bytes, { maxOutputLength: MAX_RECORDING });
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as Error).message}`);
  }
  if (bytes.length > MAX_RECORDING)
    throw new Error(
      `${file} is larger than ${MAX_RECORDING >> 20} MiB; split it and replay the parts in turn`,
    );
  let first = Infinity;
  let last = -Infinity;
  const devices = new Set<string>();
  for (const { number, text } of lines(bytes)) {
    let recorded: Recorded;
    try {
      recorded = parseRecorded(text);
    } catch (error) {
      throw new Error(`${file}, line ${number} ${(error as Error).message}`);
    }
    first = Math.min(first, recorded.ts);
    last = Math.max(last, recorded.ts);
    devices.add(recorded.device_id);
  }
  if (devices.size === 0) throw new Error(`${file} holds no readings`);
  const walk = lines(bytes);
  return {
    first,
    last,
    devices: [...devices],
    next: () => {
      const line = walk.next();
      return line.done ? undefined : parseRecorded(line.value.text);
    },
  };
}
