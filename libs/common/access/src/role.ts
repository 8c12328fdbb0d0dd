/** What people, and the programs they hand tokens to, may be; each may do what those before may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What an endpoint asks for: a role at least, or nothing. */
export type Rule = Role | 'anyone';

export const isRole = (value: unknown): value is Role => ROLES.includes(value as Role);

/** Whether somebody with this role may do what the rule asks for. */
export const mayDo = (role: Role, rule: Rule): boolean =>
  rule === 'anyone' || ROLES.indexOf(role) >= ROLES.indexOf(rule);
