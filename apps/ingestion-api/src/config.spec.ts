import { ingestionConfig } from './config.js';

describe('ingestionConfig', () => {
  it('has a default for everything', () => {
    expect(ingestionConfig({})).toMatchObject({
      PORT: 8001,
      AUTH: 'on',
      MAX_BODY_BYTES: 1_048_576,
      MAX_BATCH_BYTES: 10_485_760,
      MAX_BATCH_EVENTS: 10_000,
      INGEST_DEADLINE_MS: 2500,
    });
  });

  it.each([
    [
      { MAX_BATCH_EVENTS: '0' },
      'MAX_BATCH_EVENTS is "0"; allowed: a whole number from 1 to 1000000',
    ],
    [{ CORS_ORIGINS: 'example.com' }, 'CORS_ORIGINS is "example.com"; allowed: origins such as'],
    [
      { CORS_ORIGINS: 'https://a.example,https://b.example/app' },
      'CORS_ORIGINS is "https://a.example,https://b.example/app"; allowed: origins',
    ],
    [
      { CORS_ORIGINS: 'https://*.example.com' },
      'CORS_ORIGINS is "https://*.example.com"; allowed: origins',
    ],
    [
      { TLS_CERT_FILE: 'cert.pem' },
      'TLS_CERT_FILE is "cert.pem" and TLS_KEY_FILE is not set; allowed: both or none',
    ],
    [
      { INGEST_BUFFER_BYTES: '3000000', MAX_BATCH_BYTES: '2000000' },
      'INGEST_BUFFER_BYTES is 3000000 and MAX_BATCH_BYTES is 2000000; allowed: a buffer of at least twice a batch',
    ],
  ])('refuses %p', (env, message) => {
    expect(() => ingestionConfig(env)).toThrow(message);
  });
});
