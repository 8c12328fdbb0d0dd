import { runBench } from './bench.js';

// A client of a benchmark that failed may still be open.
process.exit(await runBench(process.argv.slice(2)));
