export { printable, printableJson, printableLines, withoutSecrets } from './printable.js';
export { endOnClosedPipe } from './closed-pipe.js';
export { timeText } from './time-text.js';
