import type { OpenAPIObject } from '@nestjs/swagger';
import { withSecurity } from './openapi-security.js';

const operation = (responses: object = { 200: { description: 'yes' } }) => ({ responses });
const document = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: {
    '/things': { get: operation(), post: operation({ 401: { description: 'its own' } }) },
    '/open': { post: operation() },
  },
  components: { schemas: { Thing: { type: 'object' } } },
} as unknown as OpenAPIObject;
const RULES = new Map([
  ['GET /things', 'viewer'],
  ['POST /open', 'anyone'],
] as const);
const BEARER = [{ accessToken: [] }, { serviceToken: [] }];

describe('withSecurity', () => {
  const { paths, components } = withSecurity(document, true, RULES);
  const { get, post } = paths['/things']!;

  it('says how one may ask, and who', () => {
    expect(get).toMatchObject({
      security: [...BEARER, { cookie: [] }],
      description: 'For the role viewer.',
    });
    expect(Object.keys(get!.responses)).toEqual(['200', '401', '403', '503']);
    expect(components).toMatchObject({ schemas: { Thing: {} }, securitySchemes: { csrf: {} } });
  });

  it('takes an operation without a rule for one of admins, as the guard does', () => {
    expect(post).toMatchObject({ description: 'For the role admin.' });
  });

  it('wants of a browser the header for what changes something', () => {
    expect(post!.security).toEqual([...BEARER, { cookie: [], csrf: [] }]);
  });

  it('keeps what an operation says of its own answers', () => {
    expect(post!.responses['401']).toEqual({ description: 'its own' });
  });

  it('leaves what anyone may use as it is', () => {
    expect(paths['/open']).toEqual(document.paths['/open']);
  });

  it('where nobody is asked, lets one come without, and says the rest all the same', () => {
    const off = withSecurity(document, false, RULES).paths['/things']!.get!;
    expect(off).toEqual({ ...get, security: [...get!.security!, {}] });
  });
});
