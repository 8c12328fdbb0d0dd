/** Times that the OpenAPI document shows. */
export const EARLY = '2026-01-31T12:00:00.000Z';
export const LATER = '2026-01-31T12:00:03.120Z';
