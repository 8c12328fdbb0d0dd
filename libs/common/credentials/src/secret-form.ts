import { crc32 } from 'node:zlib';
import { base62, bytesOf, SECRET_LENGTH } from './base62.js';

/** Why a text is no secret of the form that was asked for. */
export type KeyFault = 'malformed' | 'mistyped';

export const ID_LENGTH = 12;
const CHECK_LENGTH = 6;

/**
 * The form of a secret that is handed out: `<prefix><id>_<secret><checksum>`, with 12, 43 and 6
 * letters and digits. The prefix and the fixed form let scanners for secrets find it; the checksum
 * (CRC-32 of what stands before it) tells a typing error from a wrong secret without a look at what
 * is stored.
 * @param kinds letters that an id may begin with
 */
export function secretForm(prefix: string, kinds: string) {
  const form = new RegExp(`^${prefix}[${kinds}][0-9A-Za-z]{11}_[0-9A-Za-z]{49}$`);
  return {
    /** @param secret 32 bytes */
    text(id: string, secret: Uint8Array): string {
      const text = `${prefix}${id}_${base62(secret).padStart(SECRET_LENGTH, '0')}`;
      return text + checksum(text);
    },
    parse(text: string): { readonly id: string; readonly secret: Buffer } | KeyFault {
      if (!form.test(text)) return 'malformed';
      const body = text.slice(0, -CHECK_LENGTH);
      if (checksum(body) !== text.slice(-CHECK_LENGTH)) return 'mistyped';
      const secret = bytesOf(body.slice(-SECRET_LENGTH));
      if (!secret) return 'malformed';
      return { id: text.slice(prefix.length, prefix.length + ID_LENGTH), secret };
    },
  };
}

function checksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base62(bytes).padStart(CHECK_LENGTH, '0');
}
