import { install } from '../surgery/install.js';

/**
 * From now on the driver runs on its own code in this process, as with a version that is not known.
 */
export const runOnTheLibrary = (): void => void install('another version');
