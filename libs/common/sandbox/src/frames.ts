/** What goes to the child and comes back: 4 bytes of length, then a line of JSON, then a text. */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const LENGTH_BYTES = 4;

/** A frame of no bytes: the child is at work. */
export const BEAT = Buffer.alloc(LENGTH_BYTES);

export function encodeFrame(header: object, body = ''): Buffer {
  const head = `${JSON.stringify(header)}\n`;
  const room = head.length * 3 + body.length * 3 + LENGTH_BYTES;
  const bytes = Buffer.allocUnsafe(room);
  let end = LENGTH_BYTES + bytes.write(head, LENGTH_BYTES);
  end += bytes.write(body, end);
  bytes.writeUInt32LE(end - LENGTH_BYTES, 0);
  return bytes.subarray(0, end);
}

/** Puts frames together from what a pipe gives. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private bytes = 0;

  /** @param most bytes of a frame */
  constructor(private readonly most = Infinity) {}

  /**
   * @returns the frames that are complete, undefined for a beat
   * @throws Error when a frame is too long, or is none; nothing more can be read then
   */
  push(chunk: Buffer): (Frame | undefined)[] {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    const frames: (Frame | undefined)[] = [];
    while (this.bytes >= LENGTH_BYTES) {
      if (this.chunks[0]!.length < LENGTH_BYTES) this.chunks = [Buffer.concat(this.chunks)];
      const length = this.chunks[0]!.readUInt32LE(0);
      if (length > this.most) throw new Error(`a frame of ${length} bytes`);
      if (this.bytes < LENGTH_BYTES + length) break;
      const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      const end = LENGTH_BYTES + length;
      frames.push(length === 0 ? undefined : decode(all.subarray(LENGTH_BYTES, end)));
      this.bytes -= end;
      this.chunks = this.bytes > 0 ? [all.subarray(end)] : [];
    }
    return frames;
  }
}

function decode(bytes: Buffer): Frame {
  const line = bytes.indexOf(10);
  if (line < 0) throw new Error('a frame without a header');
  const header: unknown = JSON.parse(bytes.toString('utf8', 0, line));
  if (typeof header !== 'object' || header === null) throw new Error('a header that is none');
  return { header: header as Frame['header'], body: bytes.toString('utf8', line + 1) };
}
