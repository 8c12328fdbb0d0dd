export { printable, printableJson, printableLines } from './printable.js';
export { endOnClosedPipe } from './closed-pipe.js';
