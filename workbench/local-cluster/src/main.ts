import { spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { workspaceRoot } from '@iot/local-stack';
import { startCluster } from './cluster/cluster.js';
import { keep, keptCluster, startKeeper, stopKeeper } from './keeper.js';
import { TOOLS, toolName } from './tools/catalogue.js';
import { ensureTool } from './tools/ensure-tool.js';

const say = (line: string): void => console.error(line);
const stop = new AbortController();
/** Tools that no cluster needs. */
const CHECKERS = ['kubeconform', 'kustomize', 'promtool'];

const program = new Command('local-cluster')
  .description('A Kubernetes control plane on this machine, and the tools that check a chart.')
  .enablePositionalOptions();
const folderOption = [
  '--folder <folder>',
  'where state and logs go',
  join(workspaceRoot(), '.data', 'cluster'),
] as const;

program
  .command('tool')
  .description('prints the path of a program; builds it first when it is missing')
  .argument('<name>', Object.keys(TOOLS).join(', '))
  .action(async (name: string) => console.log(await ensureTool(toolName(name), { onBuild: say })));

program
  .command('start')
  .description('starts a cluster in the background and prints what to export')
  .option(...folderOption)
  .action(async ({ folder: given }: { folder: string }) => {
    const folder = resolve(given);
    // Built here, where one sees that it takes minutes.
    for (const name of Object.keys(TOOLS))
      if (!CHECKERS.includes(name)) await ensureTool(toolName(name), { onBuild: say });
    const main = fileURLToPath(import.meta.url);
    const { kubeconfig, bin } =
      keptCluster(folder) ?? (await startKeeper(folder, [main, 'keep', '--folder', folder]));
    console.log(`export KUBECONFIG='${kubeconfig}' PATH='${bin}':"$PATH"`);
  });

program
  .command('keep', { hidden: true })
  .option(...folderOption)
  .action(({ folder }: { folder: string }) => keep(folder, stop.signal));

program
  .command('stop')
  .description('ends the cluster that `start` started')
  .option(...folderOption)
  .action(async ({ folder }: { folder: string }) => {
    console.log((await stopKeeper(resolve(folder))) ? 'Stopped.' : 'No cluster runs there.');
  });

program
  .command('exec')
  .description(
    'runs a command with a cluster of its own, kubectl and helm on its PATH, and ends the cluster after it',
  )
  .argument('<command...>')
  .passThroughOptions()
  .action(async ([name, ...args]: string[]) => {
    const cluster = await startCluster({ onBuild: say });
    try {
      const env = {
        ...process.env,
        KUBECONFIG: cluster.kubeconfig,
        PATH: cluster.bin + delimiter + (process.env['PATH'] ?? ''),
      };
      const child = spawn(name!, args, { env, stdio: 'inherit' });
      stop.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
      process.exitCode = await new Promise<number>((done, failed) =>
        child.once('error', failed).once('exit', (code) => done(code ?? 1)),
      );
    } finally {
      await cluster.stop();
    }
  });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stop.abort());
try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError))
    say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
}
