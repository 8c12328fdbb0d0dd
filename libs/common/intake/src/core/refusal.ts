/** Why readings are refused, by whatever way they came. */
export const INTAKE_REASONS = [
  'invalid',
  'not_json',
  'too_large',
  'too_many',
  'empty',
  'wrong_shape',
  'quota',
  'forbidden',
  'buffer_full',
  'deadline',
  'closed',
] as const;

/** Why a payload is refused as a whole, before any reading of it is judged. */
export type PayloadReason = Extract<
  (typeof INTAKE_REASONS)[number],
  'not_json' | 'too_many' | 'empty'
>;

/** A payload that is refused as a whole; the message is for its sender. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused';

  constructor(
    readonly reason: PayloadReason,
    message: string,
  ) {
    super(message);
  }
}
