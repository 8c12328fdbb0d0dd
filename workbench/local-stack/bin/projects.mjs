import { SERVICES } from '../../../libs/common/register/src/services.js';

/** The folders of the services, for the compiler. */
export const SERVICE_PROJECTS = SERVICES.map(({ name }) => `apps/${name}`);
