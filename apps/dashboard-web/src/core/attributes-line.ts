import { shortened } from './format.js';

/** Of a cell, and of what is shown of a cell that is pointed at, characters. */
export const ATTRIBUTES_SHOWN = { cell: 120, whole: 1000 } as const;

/**
 * What a device sent beside its values, in a line: `signal: -67, status: running`. Characters that
 * would move others about, or cannot be seen, are shown by their number.
 * @param attributes null: what is stored is none that can be read
 * @param most characters
 */
export function attributesLine(
  attributes: Readonly<Record<string, unknown>> | null | undefined,
  most: number,
): string {
  if (attributes === undefined) return '';
  if (attributes === null) return 'cannot be read';
  let line = '';
  for (const name in attributes) {
    const value = attributes[name];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    line += `${line && ', '}${name}: ${text}`;
    if (line.length > most) break;
  }
  return shortened(line.slice(0, most + 1).replace(UNSEEN, numbered), most);
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const numbered = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;
