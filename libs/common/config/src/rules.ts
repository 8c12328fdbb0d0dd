import { kafkaRules } from './kafka-rules.js';
import { keyPairRule } from './pem-rules.js';
import { retentionRule } from './retention-rule.js';

/** The values of the variables that a process reads, each allowed by itself. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * What variables must be to each other, or to what they name. It holds in every process that reads
 * all of `of`.
 */
export interface Rule {
  readonly of: readonly string[];
  /**
   * A line for each thing that is wrong. `given`: the variables that are set, and not at their
   * default.
   */
  readonly problems: (values: Values, given: ReadonlySet<string>) => string[];
}

const RULES: readonly Rule[] = [
  ...kafkaRules,
  retentionRule,
  keyPairRule('TLS_CERT_FILE', 'TLS_KEY_FILE'),
];

/** The lines of all rules that are about variables of this process. */
export const problemsOf = (values: Values, given: ReadonlySet<string>): string[] =>
  RULES.filter(({ of }) => of.every((variable) => variable in values)).flatMap((rule) =>
    rule.problems(values, given),
  );
