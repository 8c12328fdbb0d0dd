/** What somebody may be, and what that means. */
export const ROLES = [
  ['viewer', 'viewer: reads'],
  ['operator', 'operator: acts on alerts, rules and receivers'],
  ['admin', 'admin: everything, access too'],
] as const;
