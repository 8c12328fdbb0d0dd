/**
 * Writes the lists of variables and thresholds from the built code: `npm run build`, then
 * node ops/configuration/write.mjs. e2e/variables.spec.ts sees to it that they are what it writes.
 */
import { fileURLToPath } from 'node:url';
import { SERVICES } from '../../libs/common/register/src/services.js';
import { outdatedOf, write } from '../register/files.mjs';
import { listsOf } from './lists.mjs';

const built = (path) => import(new URL(`../../${path}`, import.meta.url).href);

/** The files that are not what the code says: what is there, and what should be. */
export const outdated = (services, sensors) => outdatedOf(listsOf(services, sensors));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const services = await Promise.all(
    SERVICES.map(async ({ name }) => {
      const config = Object.values(await built(`apps/${name}/dist/config.js`));
      return { name, variables: config.find((it) => typeof it === 'object' && 'PORT' in it) };
    }),
  );
  const { BUILT_IN_SENSORS } = await built('libs/common/telemetry/dist/index.js');
  write(outdated(services, BUILT_IN_SENSORS));
}
