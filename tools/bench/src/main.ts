import { Command } from 'commander';
import { startBackend } from './ingestion/backend.js';
import { measureCost } from './ingestion/cost.js';
import { measureOverload } from './ingestion/overload.js';

const program = new Command('bench').description('Benchmarks, each beside its floor. Everything they need is started on free ports.');

program
  .command('ingestion')
  .description('what a reading costs the ingestion API, and with --overload how it behaves beyond its maximum')
  .option('--overload', 'half and twice the maximum rate, and a Kafka that hangs; two minutes more')
  .action(async ({ overload }: { overload?: boolean }) => {
    const backend = await startBackend();
    try {
      await measureCost(backend);
      if (overload) await measureOverload(backend);
    } finally {
      await backend.stop();
    }
  });

await program.parseAsync();
