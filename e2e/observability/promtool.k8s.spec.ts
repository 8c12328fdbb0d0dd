import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, ensureTool } from '@iot/local-cluster';
import { jest } from '@jest/globals';
import { ROOT, rules } from './rules.js';

jest.setTimeout(1_200_000);

const RULES = 'helm/iot-telemetry/files/rules';
const CASES = 'ops/prometheus/tests';
const alerts = rules.flatMap(({ alert }) => alert ?? []);

let promtool: string;
let folder: string;
beforeAll(async () => {
  promtool = await ensureTool('promtool', { onBuild: (line) => console.error(line) });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iot-rules-'));
  for (const path of [RULES, CASES])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const filesOf = (path: string): string[] =>
  readdirSync(join(folder, path)).map((file) => join(folder, path, file));
/** Whether the cases, or those in files that name an alert, hold of the rules in the folder. */
const hold = async (alert = ''): Promise<boolean> => {
  const files = filesOf(CASES).filter((file) => readFileSync(file, 'utf8').includes(alert));
  return command(promtool, ['test', 'rules', ...files], {}).then(
    () => true,
    () => false,
  );
};

/** Puts another expression, without a delay, in the place of an alert's own. */
function replaceExpression(alert: string, expression: string): void {
  for (const file of filesOf(RULES)) {
    const text = readFileSync(file, 'utf8');
    const rule = new RegExp(`(- alert: ${alert}\\n)[\\s\\S]*?(\\n        labels:)`);
    writeFileSync(file, text.replace(rule, `$1        expr: ${expression}$2`));
  }
}

describe('the rules, by promtool', () => {
  it('are valid, and so is the configuration that docker compose loads them with', async () => {
    const { stdout } = await command(
      promtool,
      ['check', 'rules', '--lint=all', '--lint-fatal', ...filesOf(RULES)],
      {},
    );
    expect(stdout.match(/SUCCESS/g)).toHaveLength(filesOf(RULES).length);
    await command(promtool, ['check', 'config', join(ROOT, 'ops/prometheus/prometheus.yml')], {});
  });

  it('fire in the cases where they should, and in no other', async () => {
    expect(await hold()).toBe(true);
  });

  it.each(alerts)(
    '%s is tried both ways: the cases find one that never fires, and one that always does',
    async (alert) => {
      replaceExpression(alert, 'absent(vector(1))');
      expect(await hold(alert)).toBe(false);
      replaceExpression(alert, 'vector(1)');
      expect(await hold(alert)).toBe(false);
    },
  );
});
