import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ROOT } from './observability/rules.js';

const { makeCertificate } = (await import(`${ROOT}ops/container/certificate.mjs`)) as {
  makeCertificate: (folder: string, names: string[], now: number) => string | undefined;
};
const { selfSigned, addressBytes } = (await import(`${ROOT}ops/container/x509.mjs`)) as {
  selfSigned: (names: string[], days: number, now: number) => { key: string; certificate: string };
  addressBytes: (address: string) => Buffer;
};
const NOW = Date.parse('2026-11-26T12:00:00Z');
const DAY_MS = 86_400_000;

describe('a certificate that is its own authority', () => {
  const names = ['localhost', '*.example.com', '127.0.0.1', '::1', 'fe80::1:2'];
  const { key, certificate } = selfSigned(names, 397, Date.now());

  it('is for its names, signed with its key, for as long as was said', () => {
    const read = new X509Certificate(selfSigned(names, 397, NOW).certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.subjectAltName).toBe(
      'DNS:localhost, DNS:*.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:FE80:0:0:0:0:0:1:2',
    );
    expect(read.ca).toBe(false);
    expect(new Date(read.validTo)).toEqual(new Date(NOW + 397 * DAY_MS));
    expect(Date.parse(read.validFrom)).toBeLessThan(NOW);
    expect(read.serialNumber).toHaveLength(32);
  });

  it('says any time, also after 2049', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-02'), max: new Date('2090-01-01'), noInvalidDate: true }),
        (date) => {
          const now = Math.floor(date.getTime() / 1000) * 1000;
          const { validTo } = new X509Certificate(selfSigned(['a'], 30, now).certificate);
          expect(Date.parse(validTo)).toBe(now + 30 * DAY_MS);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('holds the bytes of any address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const bytes = [...addressBytes(address)];
        const text =
          bytes.length === 4
            ? bytes.join('.')
            : bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
        if (bytes.length === 4) expect(text).toBe(address);
        else
          expect(new URL(`http://[${text.match(/.{4}/g)!.join(':')}]`).hostname).toBe(
            new URL(`http://[${address}]`).hostname,
          );
      }),
    );
  });

  it('is enough for a client that trusts it, and for no other', async () => {
    const server = createServer({ key, cert: certificate }, (socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1').on('tlsClientError', () => undefined);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const said = async (options: object): Promise<string> => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', ...options });
      const [text] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return text.toString();
    };
    try {
      expect(await said({ ca: certificate })).toBe('hello');
      expect(await said({ ca: certificate, servername: 'a.example.com' })).toBe('hello');
      await expect(said({ ca: certificate, servername: 'b.com' })).rejects.toThrow('altnames');
      await expect(said({})).rejects.toThrow(/self.signed/);
    } finally {
      server.close();
    }
  });
});

describe('the files of the front door', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iot-certificate-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (kind: string) => readFileSync(join(folder, `front-door.${kind}`), 'utf8');

  it('are made at the first start, kept while they will do, and made anew when not', () => {
    expect(makeCertificate(folder, ['localhost', '127.0.0.1'], NOW)).toBe('there was none');
    const first = read('crt');
    expect(read('pem')).toBe(first + read('key'));
    expect(makeCertificate(folder, ['127.0.0.1'], NOW + 300 * DAY_MS)).toBeUndefined();
    expect(read('crt')).toBe(first);
    expect(makeCertificate(folder, ['localhost', 'iot.example.com'], NOW)).toBe(
      'the last one is not for iot.example.com',
    );
    expect(makeCertificate(folder, ['iot.example.com'], NOW + 370 * DAY_MS)).toBe(
      'the last one ends',
    );
    expect(read('crt')).not.toBe(first);
  });
});
