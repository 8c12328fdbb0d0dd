import { credentialsEnv } from '@iot/credentials';

/** The variables of who keeps receivers or delivers to them. */
export const notificationEnv = {
  CREDENTIALS_SECRET: credentialsEnv.CREDENTIALS_SECRET,
  CREDENTIALS_SECRET_FILE: credentialsEnv.CREDENTIALS_SECRET_FILE,
};
