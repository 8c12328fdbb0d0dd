import { Command } from 'commander';
import { startBackend } from './ingestion/backend.js';
import { measureCost } from './ingestion/cost.js';

const program = new Command('bench').description('Benchmarks, each beside its floor. Everything they need is started on free ports.');

program
  .command('ingestion')
  .description('what a reading costs the ingestion API')
  .action(async () => {
    const backend = await startBackend();
    try {
      await measureCost(backend);
    } finally {
      await backend.stop();
    }
  });

await program.parseAsync();
