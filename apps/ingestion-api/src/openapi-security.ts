import { problemResponse } from './openapi-problem.js';

/** How a device says who it is. */
export const securitySchemes = {
  deviceKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'iotk_<id>_<secret>',
    description: 'A device key, of its own or of an enrolment group',
  },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The same key as the password, with any user name',
  },
};

/** What an operation says of it. @param asked whether keys are asked for at all */
export const securityOf = (asked: boolean): object =>
  asked ? { security: [{ deviceKey: [] }, { basic: [] }] } : {};

/** The answers to who has no key, or the key of other devices. */
export const securityErrors = (asked: boolean): object =>
  asked
    ? {
        401: problemResponse(
          'There is no device key, or one that is not valid; the detail says which',
          { title: 'Unauthorized', status: 401, detail: 'The device key has expired.' },
          {
            'WWW-Authenticate': {
              description: 'The ways to authenticate',
              schema: { type: 'string' },
            },
          },
        ),
        403: problemResponse('The key is right, and for none of the devices of the readings', {
          title: 'Forbidden',
          status: 403,
          detail: 'The key is not for device greenhouse-7.',
        }),
      }
    : {};
