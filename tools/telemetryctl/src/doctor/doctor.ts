import type { Platform } from '../connection/platform.js';
import type { Finding } from './core/finding.js';
import { checkConfiguration, checkDatabase, checkIndexes } from './database.js';
import { checkGroups } from './groups.js';
import { checkReading, findingsOf } from './rights.js';
import { checkProducerClocks, checkTopics } from './topics.js';

const CHECKS: readonly ((platform: Platform) => Promise<Finding[]>)[] = [
  checkTopics,
  checkReading,
  checkGroups,
  checkProducerClocks,
  checkDatabase,
  checkIndexes,
  checkConfiguration,
];

/** Looks at everything that production needs. It changes nothing. */
export async function examine(platform: Platform): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await findingsOf(() => check(platform))));
  // The same right may be missing for several checks.
  const lines = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...lines.values()];
}
