import { isIncomplete, readCredentials as read, type Held } from '@iot/key-ring';
import type { Platform } from '../connection/platform.js';
import { CommandError, EXIT } from '../exit.js';

export { writeCredentials, type Held } from '@iot/key-ring';

/** Reads the whole topic, which is made when it is not there. @throws CommandError */
export async function readCredentials(platform: Platform): Promise<Held> {
  try {
    return await read(platform);
  } catch (error) {
    if (isIncomplete(error)) throw new CommandError((error as Error).message, EXIT.failed);
    throw error;
  }
}
