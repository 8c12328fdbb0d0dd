import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends with lines left to write, after nobody reads them any more. Takes the exit as its argument.
 */
const script = (exit: string): string => `
  import { createLogger, endWith } from '@iot/service';
  const log = createLogger('test', 'info');
  process.stdin.once('data', () => {
    for (let i = 0; i < 5; i++) log.info('a line');
    ${exit};
  });
  log.info('ready');`;

async function ends(exit: string, withinMs: number): Promise<number | null | 'not'> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(exit)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stdin.write('end\n');
  const late = new Promise<'not'>((resolve) => setTimeout(() => resolve('not'), withinMs).unref());
  const result = await Promise.race([exited.then(([code]) => code), late]);
  child.kill('SIGKILL');
  await exited;
  return result;
}

it('ends the process although nobody reads its last lines, which process.exit alone does not', async () => {
  expect(await ends('process.exit(7)', 3000)).toBe('not');
  expect(await ends('endWith("ended", log, 7)', 10_000)).toBe(7);
}, 30_000);
