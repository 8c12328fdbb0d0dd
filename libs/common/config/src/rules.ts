import { authRule } from './auth-rule.js';
import { kafkaRules } from './kafka-rules.js';
import { oidcRule } from './oidc-rule.js';
import { keyPairRule } from './pem-rules.js';
import { retentionRule } from './retention-rule.js';
import type { Rule, Values } from './rule.js';
import { tracesRule } from './traces-rule.js';

const RULES: readonly Rule[] = [
  ...kafkaRules,
  retentionRule,
  authRule,
  oidcRule,
  tracesRule,
  keyPairRule('TLS_CERT_FILE', 'TLS_KEY_FILE'),
];

/** The lines of all rules that are about variables of this process. */
export const problemsOf = (values: Values, given: ReadonlySet<string>): string[] =>
  RULES.filter(({ of }) => of.every((variable) => variable in values)).flatMap((rule) =>
    rule.problems(values, given),
  );
