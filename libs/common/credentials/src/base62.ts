const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Digits that 32 bytes need at most. */
export const SECRET_LENGTH = 43;

/** A big-endian number in letters and digits, without leading zeros. */
export function base62(bytes: Uint8Array): string {
  let rest = BigInt('0x' + (Buffer.from(bytes).toString('hex') || '0'));
  let text = '';
  for (; rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text;
}

/** The 32 bytes of such a number; undefined when it is larger. @param text letters and digits */
export function bytesOf(text: string): Buffer | undefined {
  let number = 0n;
  for (const digit of text) number = number * 62n + BigInt(DIGITS.indexOf(digit));
  const hex = number.toString(16);
  return hex.length > 64 ? undefined : Buffer.from(hex.padStart(64, '0'), 'hex');
}
