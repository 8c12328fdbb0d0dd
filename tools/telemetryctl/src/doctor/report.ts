import { table } from '../output/table.js';
import type { Finding, Status } from './core/finding.js';

/** A line for each finding, and one for what to do where something is not ok. */
export const findingsText = (findings: readonly Finding[]): string => {
  const rows = findings.flatMap(({ status, check, says, todo }) => [
    [status, check, says],
    ...(todo === undefined ? [] : [['', '', `→ ${todo}`]]),
  ]);
  const count = (wanted: Status): number =>
    findings.filter(({ status }) => status === wanted).length;
  return `${table(rows)}\n\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} wrong`;
};
