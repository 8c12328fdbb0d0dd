import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { AllowedHosts } from '../core/allowed-hosts.js';
import { AddressRefused, Guard, type Lookup } from './guard.js';
import { guardedAgent } from './guarded-agent.js';

const WAYS_IN = [
  'localhost',
  'LOCALHOST.',
  '127.0.0.1',
  '127.1',
  '0',
  '0x7f000001',
  '0x7f.0.0.1',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:7f00:0001]',
  '[64:ff9b::7f00:1]',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  'metadata.example',
];

const names: Readonly<Record<string, string[]>> = {
  'metadata.example': ['169.254.169.254'],
  'mixed.example': ['10.0.0.1', '8.8.8.8'],
};

let hits = 0;
const server = createServer((_, response) => {
  hits++;
  response.end('inside');
});
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());
beforeEach(() => (hits = 0));

/** The system's own, but for names of the test. */
const resolver: Lookup = async (host) => {
  const known = names[host];
  if (known) return known.map((address) => ({ address }));
  const { lookup } = await import('node:dns/promises');
  return lookup(host, { all: true });
};

async function post(url: string, guard: Guard) {
  const agent = guardedAgent(guard, 2000);
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      method: 'POST',
      body: 'x',
    });
    await body.dump();
    return statusCode;
  } finally {
    await agent.close();
  }
}

it.each(WAYS_IN)('http://%s reaches nothing in here', async (host) => {
  const guard = new Guard(new AllowedHosts([]), resolver);
  const failure = await post(`http://${host}:${port}/`, guard).catch((error: Error) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(hits).toBe(0);
});

it('by name it does, whatever form the name has', async () => {
  const guard = new Guard(new AllowedHosts([`localhost:${port}`, '127.0.0.1']), resolver);
  expect(await post(`http://localhost:${port}/`, guard)).toBe(200);
  expect(await post(`http://LOCALHOST.:${port}/`, guard)).toBe(200);
  expect(await post(`http://127.1:${port}/`, guard)).toBe(200);
  const other = new Guard(new AllowedHosts(['localhost:1']), resolver);
  await expect(post(`http://localhost:${port}/`, other)).rejects.toThrow();
});

it('connects to the address that was checked, though DNS says another one later', async () => {
  const answers = [['127.0.0.1'], ['127.0.0.1']];
  let asked = 0;
  const turning: Lookup = async () => {
    asked++;
    return asked === 1 ? [{ address: '127.0.0.1' }] : answers[1]!.map((address) => ({ address }));
  };
  // Allowed by name: what the first answer says is connected to, and nobody asks a second time.
  const guard = new Guard(new AllowedHosts(['turning.example']), turning);
  expect(await post(`http://turning.example:${port}/`, guard)).toBe(200);
  expect(asked).toBe(1);

  const first: string[] = [];
  const open = new Guard(new AllowedHosts([]), async () => {
    first.push('asked');
    return [{ address: first.length === 1 ? '127.0.0.1' : '8.8.8.8' }];
  });
  await expect(open.addressesOf('rebinding.example', 80)).rejects.toThrow(AddressRefused);
});

it('of several addresses only those of the public Internet are left', async () => {
  const guard = new Guard(new AllowedHosts([]), resolver);
  expect(await guard.addressesOf('mixed.example', 443)).toEqual(['8.8.8.8']);
  await expect(guard.addressesOf('metadata.example', 80)).rejects.toThrow(AddressRefused);
  await expect(guard.addressesOf('', 80)).rejects.toThrow(AddressRefused);
  await expect(guard.addressesOf('fe80::1%lo', 80)).rejects.toThrow(AddressRefused);
});

describe('hosts that are named', () => {
  const hosts = new AllowedHosts(['hooks.internal', '*.corp.example', '10.0.0.7:8080', '[::1]:90']);
  it.each([
    ['hooks.internal', 443, true],
    ['HOOKS.internal.', 80, true],
    ['x.hooks.internal', 443, false],
    ['hooks.internal.evil.example', 443, false],
    ['a.corp.example', 443, true],
    ['a.b.corp.example', 443, true],
    ['corp.example', 443, false],
    ['evilcorp.example', 443, false],
    ['10.0.0.7', 8080, true],
    ['10.0.0.7', 80, false],
    ['[::1]', 90, true],
    ['::1', 90, true],
  ])('%s:%i: %s', (host, at, expected) => expect(hosts.has(host, at)).toBe(expected));
});
