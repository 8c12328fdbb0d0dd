import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './observability/rules.js';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}
type Ask = (method: string, path: string, body?: Record<string, never>) => Promise<Answer>;
const { makeFiles, makeSecret, SECRETS } = (await import(`${ROOT}ops/container/secrets.mjs`)) as {
  makeFiles: (folder: string, mode: number) => string[];
  makeSecret: (ask: Ask, of: object) => Promise<string[]>;
  SECRETS: Record<string, () => string>;
};
const NAMES = Object.keys(SECRETS);

it('are as long as their readers ask, and new each time', () => {
  for (const name of NAMES)
    expect([name, SECRETS[name]!() === SECRETS[name]!()]).toEqual([name, false]);
  expect(SECRETS['credentials-secret']!().length).toBeGreaterThanOrEqual(32);
  expect(SECRETS['admin-password']!()).toMatch(/^[\w-]{20}$/);
  expect(createPrivateKey(SECRETS['signing-key']!()).asymmetricKeyDetails).toEqual({
    namedCurve: 'prime256v1',
  });
});

describe('in a folder', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'iot-secrets-')), 'made');
  afterAll(() => rmSync(join(folder, '..'), { recursive: true }));
  const texts = () => NAMES.map((name) => readFileSync(join(folder, name), 'utf8'));

  it('are made once, for their user alone, and kept', () => {
    expect(makeFiles(folder, 0o400)).toEqual(NAMES);
    expect(readdirSync(folder).sort()).toEqual([...NAMES].sort());
    for (const name of NAMES) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o400);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const before = texts();
    rmSync(join(folder, NAMES[1]!));
    expect(makeFiles(folder, 0o400)).toEqual([NAMES[1]]);
    const after = texts();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).not.toBe(before[1]);
  });
});

describe('in a Secret', () => {
  const of = { namespace: 'iot', name: 'iot-auth', labels: { a: 'b' } };
  const PATH = '/api/v1/namespaces/iot/secrets';

  /** An API server with one Secret, or none; `meanwhile` happens before the first write. */
  function server(data?: Record<string, string>, meanwhile?: () => void) {
    const state = { data, version: 1, posted: undefined as unknown };
    let once = meanwhile;
    const ask: Ask = (method, path, body: Record<string, never> = {}) => {
      const { data: given = {}, metadata = {} } = body as {
        data?: Record<string, string>;
        metadata?: { resourceVersion?: string };
      };
      if (method !== 'GET') once = void once?.();
      const metaOf = { metadata: { resourceVersion: String(state.version) } };
      const answer = (status: number, extra = {}) =>
        Promise.resolve({ status, body: { ...metaOf, data: state.data, ...extra } });
      if (method === 'POST' && path === PATH) {
        if (state.data) return answer(409);
        state.posted = body;
        state.data = given;
        return answer(201);
      }
      if (path !== `${PATH}/iot-auth`) return answer(403, { message: 'forbidden' });
      if (method === 'GET') return answer(state.data ? 200 : 404);
      if (metadata.resourceVersion !== String(state.version)) return answer(409);
      state.data = { ...state.data, ...given };
      state.version++;
      return answer(200);
    };
    return { state, ask };
  }
  const decoded = (data: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );

  it('are made with the Secret, and left alone from then on', async () => {
    const { state, ask } = server();
    expect(await makeSecret(ask, of)).toEqual(NAMES);
    expect(state.posted).toMatchObject({
      kind: 'Secret',
      metadata: { name: 'iot-auth', namespace: 'iot', labels: { a: 'b' } },
    });
    const made = decoded(state.data);
    expect(made['signing-key']).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(await makeSecret(ask, of)).toEqual([]);
    expect(decoded(state.data)).toEqual(made);
  });

  it('are added where some are missing, and what is there stays', async () => {
    const { state, ask } = server({ 'admin-password': 'eA==', other: 'eQ==' });
    expect(await makeSecret(ask, of)).toEqual(['credentials-secret', 'signing-key']);
    expect(state.data).toMatchObject({ 'admin-password': 'eA==', other: 'eQ==' });
  });

  it('of somebody who was faster are taken', async () => {
    const created = server(undefined, () => (created.state.data = { 'signing-key': 'eA==' }));
    expect(await makeSecret(created.ask, of)).toEqual(['credentials-secret', 'admin-password']);
    expect(created.state.data).toMatchObject({ 'signing-key': 'eA==' });
    const changed = server({ other: 'eQ==' }, () => {
      changed.state.data = { ...changed.state.data, 'signing-key': 'eA==' };
      changed.state.version++;
    });
    expect(await makeSecret(changed.ask, of)).toEqual(['credentials-secret', 'admin-password']);
    expect(changed.state.data).toMatchObject({ 'signing-key': 'eA==' });
  });

  it('are refused with what the API server said', async () => {
    const { ask } = server();
    await expect(makeSecret(ask, { ...of, name: 'another' })).rejects.toThrow(
      'cannot read the Secret another: 403 forbidden',
    );
  });
});
