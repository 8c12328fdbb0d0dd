import { readFileSync, readSync, writeSync } from 'node:fs';
import { BEAT, encodeFrame, FrameReader, type Frame } from '../frames.js';
import './webassembly.js';
import type { EngineLimits } from './limits.js';
import { Programs } from './programs.js';

/*
 * The child process: it reads requests and answers each, without an event loop of its own. It ends
 * when its input does, which is when its parent has ended.
 */
const [wasm = '', limits = '{}'] = process.argv.slice(2);
const STDIN = 0;
const STDOUT = 1;
const BEAT_MS = 100;
const wait = new Int32Array(new SharedArrayBuffer(4));

let toldAt = performance.now();
function tell(bytes: Buffer): void {
  for (let from = 0; from < bytes.length;)
    try {
      from += writeSync(STDOUT, bytes, from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(wait, 0, 0, 1);
    }
  toldAt = performance.now();
}
const beat = (): void => {
  if (performance.now() - toldAt > BEAT_MS) tell(BEAT);
};

const programs = new Programs(
  new WebAssembly.Module(readFileSync(wasm)),
  JSON.parse(limits) as EngineLimits & { cacheBytes: number },
  beat,
);

interface Request {
  readonly id: number;
  readonly op: 'load' | 'run';
  readonly key: string;
  readonly fresh?: 0 | 1;
  readonly trace?: 0 | 1;
}

function answer({ header, body }: Frame): Buffer {
  const { id, op, key, fresh, trace } = header as unknown as Request;
  if (op === 'load') return encodeFrame({ id, ...programs.load(key, body) });
  const ran = programs.run(key, body, fresh === 1, trace === 1);
  return 'output' in ran
    ? encodeFrame({ id, took: ran.took }, ran.output)
    : encodeFrame({ id, ...ran });
}

const reader = new FrameReader();
const buffer = Buffer.allocUnsafe(1 << 20);
tell(encodeFrame({ id: 0 }));
for (;;) {
  let read: number;
  try {
    read = readSync(STDIN, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(wait, 0, 0, 1);
    continue;
  }
  if (read === 0) break;
  for (const frame of reader.push(Buffer.from(buffer.subarray(0, read))))
    if (frame) tell(answer(frame));
}
