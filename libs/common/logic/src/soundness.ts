import type { Program, Sandbox } from '@iot/sandbox';
import { faultsOf, type Fault } from './check.js';
import { keyOf } from './logic-store.js';

/** What is asked of a sandbox to know whether a program is sound. */
export type Engine = Pick<Sandbox, 'refusal' | 'run'>;

/**
 * What is wrong with the text of a program: as far as it can be seen in the text, then what the
 * engine says of it, then how far it gets before it is given a reading.
 * @param sandbox asked where the text itself is sound
 */
export async function faultsBeforeUse(text: string, sandbox: Engine): Promise<Fault[]> {
  const faults = faultsOf(text);
  if (faults.length > 0) return faults;
  const program = { key: keyOf(text), text };
  const refused = await sandbox.refusal(program);
  if (refused !== undefined) return [placed(text, refused, refused.split('\n')[0]!)];
  const [outcome] = await sandbox.run(probeOf(program), [
    { state: '{}', version: 0, readings: [{ data: PROBE, receivedAt: Date.now() }] },
  ]);
  const { error } = outcome!.readings[0]!;
  if (!error) return [];
  const { name, message, stack } = error;
  return [placed(text, stack, `before it is given a reading: ${name}: ${message}`)];
}

const PROBE = JSON.stringify({ device_id: 'probe', event_id: 'probe' });

/** A program that does at a reading what another one does before each. */
const probeOf = ({ key, text }: Program): Program => ({
  key: `${key}/before`,
  text: `function process() { const made = (function () {\n${text}\n; return process; })();
if (typeof made !== 'function') throw new TypeError('process is no function');
return null; }`,
});

/** @param where as the engine says it, which counts the line before the text */
function placed(text: string, where: string, message: string): Fault {
  const found = /logic\.js:(\d+):(\d+)/.exec(where);
  const line = Number(found?.[1] ?? 0) - 1;
  const isInText = line > 0 && line <= text.split('\n').length;
  return isInText ? { line, column: Number(found![2]), message } : { line: 1, column: 1, message };
}
