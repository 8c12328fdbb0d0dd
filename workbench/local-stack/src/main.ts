import { printableLines } from '@iot/printable';
import { CommanderError } from 'commander';
import { Socket } from 'node:net';
import { type StackOptions, parseOptions } from './options.js';
import { runStack } from './run-stack.js';

const IMPATIENT_AFTER_MS = 1_000;

const stop = new AbortController();
let stopAsked = 0;

function askToStop(): void {
  const now = Date.now();
  if (stopAsked === 0) {
    stopAsked = now;
    console.log('\nStopping …');
    stop.abort();
  } else if (now - stopAsked > IMPATIENT_AFTER_MS) {
    // A second Ctrl-C. Sooner than this it is the first one, which reaches us both from the
    // terminal and from `npm start`.
    process.exit(130);
  }
}

/** `npm start` gives us a pipe: its end means that it was killed. */
function stopWithParent(fd: string | undefined): void {
  if (fd === undefined) return;
  const pipe = new Socket({ fd: Number(fd), readable: true, writable: false });
  pipe.on('error', () => undefined);
  pipe.once('close', askToStop);
  pipe.resume();
  pipe.unref();
}

async function main(): Promise<number> {
  // Whoever read our lines may be gone before us; that must not end the stack half-way through its
  // own end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  let options: StackOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, askToStop);
  stopWithParent(process.env['IOT_PARENT_FD']);
  delete process.env['IOT_PARENT_FD'];
  try {
    await runStack(options, process.env, stop.signal, (text) => console.log(printableLines(text)));
    console.log('Stopped.');
    return 0;
  } catch (error) {
    console.error(printableLines(error instanceof Error ? error.message : String(error)));
    return 1;
  }
}

process.exit(await main());
