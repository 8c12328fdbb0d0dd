import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Imports the built module and prints without end, to a reader that goes after some bytes. */
const program = (setUp: string): string => `
  const { endOnClosedPipe } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'dist', 'closed-pipe.js'))});
  endOnClosedPipe();
  ${setUp}
  setInterval(() => process.stdout.write('x'.repeat(1000)), 1);`;

it.each([
  ['', 141],
  ['process.exitCode = 3;', 3],
])('ends without a word when its reader has gone, after %j with %d', async (setUp, code) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(setUp)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  child.stdout.once('data', () => child.stdout.destroy());
  const ended = await new Promise((resolve) => child.on('close', resolve));
  expect({ ended, said }).toEqual({ ended: code, said: '' });
});
