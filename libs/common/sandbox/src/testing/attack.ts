/**
 * A program that means harm, with what becomes of its reading: an error of that name, or, where
 * the attack is allowed and comes to nothing, `harmless`. The body is that of
 * `process(data, state, context)`.
 */
export interface Attack {
  readonly name: string;
  readonly body: string;
  /** The whole program, where a body is not enough. */
  readonly program?: string;
  readonly ends: RegExp;
  /** Left out of the usual run. */
  readonly isLong?: true;
}
