import { SERVICES_BY_PORT } from '../../libs/common/register/dist/services.js';

const services = SERVICES_BY_PORT.map(({ name, port }) => [
  name,
  { entry: `apps/${name}/dist/main.js`, port },
]);

/**
 * What the image can run, by the name that SERVICE takes: the built entry, and for a service the
 * port it listens on unless PORT says otherwise.
 */
export const PROGRAMS = {
  ...Object.fromEntries(services),
  'load-generator': { entry: 'tools/load-generator/dist/main.js' },
  telemetryctl: { entry: 'tools/telemetryctl/dist/main.js' },
};
