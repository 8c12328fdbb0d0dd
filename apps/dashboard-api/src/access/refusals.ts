/** Why it is not known who asks, and what the caller is told. */
export const REFUSALS = {
  missing: 'An access token is needed: Authorization: Bearer …; POST /auth/login gives one.',
  unsupported_scheme: 'Authorization must be Bearer, with an access token or a service token.',
  device_key: 'A device key is for sending readings; here an access or a service token is needed.',
  refresh_token: 'A refresh token is for POST /auth/refresh, which gives an access token.',
  malformed: 'What was sent is no access token and no service token.',
  mistyped: 'The service token has a typing error: its checksum is not right.',
  unknown: 'The service token is not known, or was revoked.',
  bad_algorithm: 'The access token is signed in a way that is not taken here.',
  bad_signature: 'The access token has a signature that is not right.',
  unknown_key: 'The access token is signed by a key that is not in force here.',
  not_for_us: 'The access token is of another issuer, or for somebody else.',
  expired: 'The token has expired.',
  no_role: 'The token is right, and none of its claims says a role that is known here.',
  not_yet_valid: 'The access token is not valid yet: compare the clocks.',
  ended: 'The session has ended: log in again.',
  foreign_page: 'A page of another site asks for this change, and AUTH is off: it is not made.',
  csrf: 'A change that a browser asks for needs the header X-CSRF-Token, as the cookie iot_csrf has it.',
} as const;

export type Refusal = keyof typeof REFUSALS;
export const REFUSAL_REASONS = Object.keys(REFUSALS) as Refusal[];
