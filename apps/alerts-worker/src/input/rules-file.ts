import { readFileSync } from 'node:fs';
import { readRules } from '@iot/alert-rules';
import type { Rule } from '@iot/alerting';
import { ConfigError } from '@iot/config';

/**
 * The rules of ALERT_RULES_FILE; undefined: no file is named.
 * @param sensors names of the catalogue
 * @throws ConfigError naming the file, each rule and field that is wrong, and what is allowed
 */
export function rulesFromFile(file: string, sensors: ReadonlySet<string>): Rule[] | undefined {
  if (file === '') return undefined;
  try {
    return readRules(readFileSync(file, 'utf8'), sensors);
  } catch (error) {
    const why = (error as Error).message.split('\n').join('; ');
    throw new ConfigError(
      `ALERT_RULES_FILE is ${JSON.stringify(file)}; allowed: a JSON array of alert rules (${why})`,
    );
  }
}
