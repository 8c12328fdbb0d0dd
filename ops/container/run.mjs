/**
 * The image's entry point: becomes the program that SERVICE names, and leaves the arguments to it.
 */
import { constants } from 'node:os';
import { PROGRAMS } from './programs.mjs';

const EX_CONFIG = 78;
const name = process.env.SERVICE ?? '';
const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
if (program === undefined) {
  console.error(
    `SERVICE is ${name === '' ? 'not set' : JSON.stringify(name)}; allowed: ${Object.keys(PROGRAMS).join(', ')}`,
  );
  process.exit(EX_CONFIG);
}

// As process 1, a signal without a handler does nothing. Until the program has its own, a stop ends
// the container at once.
for (const signal of ['SIGTERM', 'SIGINT']) {
  const end = () => process.exit(128 + constants.signals[signal]);
  process.on(signal, end);
  process.on('newListener', (event) => {
    // Not yet: Node stops to listen to a signal with its last handler, and the program's is added
    // only after this.
    if (event === signal) queueMicrotask(() => process.off(signal, end));
  });
}

await import(new URL(`../../${program.entry}`, import.meta.url).href);
