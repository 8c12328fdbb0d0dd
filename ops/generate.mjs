/** Builds, and then writes every file that follows from the code or the register. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const STEPS = [
  ['node', 'ops/register/write.mjs'],
  ['tsc', '-b'],
  ['node', 'ops/openapi/write.mjs'],
  ['node', 'ops/configuration/write.mjs'],
  ['node', 'ops/grafana/build.mjs'],
  ['node', 'k8s/render.mjs'],
  ['node', 'workbench/jest.mjs', '--unit', 'helm/iot-telemetry/tests/golden'],
];

for (const [program, ...args] of STEPS) {
  console.log(`> ${[program, ...args].join(' ')}`);
  execFileSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, UPDATE_GOLDEN: '1' },
  });
}
