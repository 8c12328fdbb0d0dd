import { readRule, type Rule } from '@iot/alerting';

/**
 * Rules from a text: a JSON array of rules, or one rule.
 * @param sensors names of the catalogue
 * @throws Error naming each rule and field that is wrong, and what is allowed
 */
export function readRules(text: string, sensors: ReadonlySet<string>): Rule[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`);
  }
  const wrong: string[] = [];
  const rules = (Array.isArray(value) ? value : [value]).flatMap((one: unknown, i) => {
    const read = readRule(one, sensors);
    if ('rule' in read) return read.rule;
    const name = (one as { name?: unknown } | null)?.name;
    const which = typeof name === 'string' ? `rule ${name}` : `rule number ${i + 1}`;
    wrong.push(...read.errors.map(({ field, message }) => `${which}: ${field} ${message}`));
    return [];
  });
  const names = rules.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) wrong.push(`rule ${twice} is there twice`);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return rules;
}
