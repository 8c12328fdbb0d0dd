/**
 * `npm run soak -- --minutes 60`: steady load with faults of every kind at random, then the
 * account. Writes a page with a picture; exits with 1 when anything was lost, doubled or grew.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, ensureInstalled, node, root } from './local-stack/bin/install.mjs';
import { SERVICE_PROJECTS } from './local-stack/bin/projects.mjs';
import { fail, optionsOf, whole } from './options.mjs';

const HELP = `npm run soak -- [options]

  --minutes <n>   how long, from 1 to 1440 (default: 60)
  --rate <n>      readings a second, from 20 to 5000 (default: 200)
  --seed <n>      the same seed has the same faults in the same order (default: 7)
  --report <file> the page, and its picture beside it (default: test-results/soak.md)`;

const { minutes, rate, seed, report } = optionsOf(
  { minutes: '60', rate: '200', seed: '7', report: 'test-results/soak.md' },
  HELP,
);
const env = {
  ...process.env,
  SOAK_MINUTES: whole('minutes', minutes, 1, 1440),
  SOAK_RATE: whole('rate', rate, 20, 5000),
  SOAK_SEED: whole('seed', seed, 0, 4_000_000_000),
  SOAK_REPORT: report.endsWith('.md') ? report : fail(`--report must end in .md, not "${report}"`),
};
ensureInstalled();
build([...SERVICE_PROJECTS, 'tools/load-generator', 'tools/telemetryctl']);
const child = spawn(
  node,
  [join(root, 'workbench', 'jest.mjs'), '--e2e', 'e2e/soak.e2e', '--forceExit', '--verbose'],
  { stdio: 'inherit', env, cwd: root },
);
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
