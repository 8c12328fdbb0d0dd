import { telemetryctl } from '../telemetryctl.js';

/**
 * Runs the command line: what it printed, what it said beside that, and its exit code. For tests
 * only.
 */
export async function ctl(
  ...args: string[]
): Promise<{ code: number; printed: string; said: string }> {
  let printed = '';
  let said = '';
  const code = await telemetryctl(args, {
    out: { write: (text: string) => ((printed += text), true) } as never,
    err: { write: (text: string) => ((said += text), true) } as never,
  });
  return { code, printed, said };
}

/** What a command prints as JSON; its shape differs from command to command. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests say what they expect
type Json = any;

/** The same with --json, and what it printed parsed. */
export async function ctlJson(
  ...args: string[]
): Promise<{ code: number; json: Json; said: string }> {
  const { code, printed, said } = await ctl('--json', '--quiet', ...args);
  return { code, json: printed === '' ? undefined : JSON.parse(printed), said };
}
