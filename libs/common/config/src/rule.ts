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
