/**
 * What a terminal obeys, hides or turns round instead of showing it: control characters (C0, DEL,
 * C1), format characters (among them those that change the direction of text), separators of lines
 * and paragraphs, and halves of surrogate pairs.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** The same, but for what JSON.stringify escapes by itself and the line ends that it makes. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A device key or a service token, whose id stays, as it says whose it is; a refresh token, a secret
 * of signatures, a JWT. What is cut off in its middle is one too.
 */
const SECRET =
  /(iot[ks]_[0-9A-Za-z]+_)[0-9A-Za-z]+|(iotr_)[\w-]{16,}[\w.-]*|(whsec_)[\w+/=-]{8,}|(eyJ)[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;

/** Few texts have any of these, and the look is cheap. */
const BEGINNINGS = ['iot', 'whsec_', 'eyJ'];

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Most characters of a line on a terminal. */
const LINE = 2000;

/**
 * Text from outside as one line that is safe to print: what is not shown as such is escaped, and
 * what is beyond `max` characters is cut off.
 */
export function printable(text: string, max = LINE): string {
  const start = withoutSecrets(text.length > max ? text.slice(0, max) : text);
  const shown = start.replace(UNSAFE, escaped);
  return shown.length > max || text.length > max
    ? `${shown.slice(0, max - 1).toWellFormed()}…`
    : shown;
}

/** The text with no more of keys and tokens in it than whose they are. */
export const withoutSecrets = (text: string): string =>
  BEGINNINGS.some((beginning) => text.includes(beginning))
    ? text.replace(SECRET, '$1$2$3$4…')
    : text;

/** `printable` for a text of several lines, of which each is cut by itself. */
export const printableLines = (text: string, max = LINE): string =>
  text
    .split('\n')
    .map((line) => printable(line, max))
    .join('\n');

/**
 * JSON that says the same and is safe to print. It is not cut: who asks for JSON wants all of it.
 */
export const printableJson = (json: string): string =>
  json.replace(UNSAFE_IN_JSON, (character) => {
    let escapes = '';
    for (let i = 0; i < character.length; i++)
      escapes += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return escapes;
  });

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  return code < 0x100
    ? `\\x${hex.padStart(2, '0')}`
    : code < 0x10000
      ? `\\u${hex.padStart(4, '0')}`
      : `\\u{${hex}}`;
}
