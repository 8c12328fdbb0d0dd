import { Command, CommanderError } from 'commander';
import { ensureTool } from './tools/ensure-tool.js';
import { TOOLS, toolName } from './tools/catalogue.js';

const program = new Command('local-cluster').description('A Kubernetes control plane on this machine, and the tools that check a chart.');
const say = (line: string): void => console.error(line);

program
  .command('tool')
  .description('prints the path of a program; builds it first when it is missing')
  .argument('<name>', Object.keys(TOOLS).join(', '))
  .action(async (name: string) => {
    console.log(await ensureTool(toolName(name), { onBuild: say }));
  });

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
}
