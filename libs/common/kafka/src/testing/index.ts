import { pino } from 'pino';
import { install } from '../surgery/install.js';

/** From now on kafkajs runs on its own code in this process, as with a version that is not known. */
export const runOnTheLibrary = (): void => install(pino({ level: 'silent' }), 'another version');
