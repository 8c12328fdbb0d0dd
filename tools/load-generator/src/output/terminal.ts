import { printableLines } from '@iot/printable';

/** Prints a result. It may hold text from outside, such as what a server answered. */
export const print = (text: string): void => console.log(printableLines(text));

/** The same beside the results. */
export const say = (text: string): void => console.error(printableLines(text));
