import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

const WEB = fileURLToPath(new URL('../../../dashboard-web', import.meta.url));
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const config = dashboardConfig({
  AUTH: 'off',
  HOST: '127.0.0.1',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `page_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
});

describe('the page', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    // Builds where something changed, so that there is a page whoever runs this.
    execFileSync(process.execPath, [`${WEB}/build.mjs`], { stdio: 'inherit' });
    app = await createService(service, config, createLogger('test', 'silent'));
    await app.init();
  }, 120_000);
  afterAll(() => app.close());

  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers }) as Promise<{
      statusCode: number;
      headers: Record<string, string>;
      body: string;
      rawPayload: Buffer;
    }>;
  const scriptOf = (html: string): string => /src="(\/assets\/[^"]+\.js)"/.exec(html)![1]!;

  it.each(['/', '/?x', '/ui', '/ui/devices', '/ui/devices/a%3Cb', '/ui/anything/at/all'])(
    'is at %s for a browser, and brings nothing inline',
    async (url) => {
      const page = await get(url === '/?x' ? '/' : url, { accept: BROWSER });
      expect([page.statusCode, page.headers['content-type']]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
      expect(page.headers).toMatchObject({
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      const policy = page.headers['content-security-policy']!;
      expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
    },
  );

  it('comes compressed as the caller takes it, the same bytes each time', async () => {
    const url = scriptOf((await get('/', { accept: BROWSER })).body);
    const plain = await get(url);
    const br = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
    const gzip = await get(url, { 'accept-encoding': 'gzip' });
    expect([br.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([
      'br',
      'gzip',
    ]);
    expect(brotliDecompressSync(br.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(gunzipSync(gzip.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(br.headers['vary']).toContain('Accept-Encoding');
    for (const { headers } of [plain, br, gzip])
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('is not sent again to who has it', async () => {
    const first = await get('/', { accept: BROWSER, 'accept-encoding': 'br' });
    const again = await get('/', {
      accept: BROWSER,
      'accept-encoding': 'br',
      'if-none-match': first.headers['etag']!,
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it.each([
    '/assets/nothing.js',
    '/assets/..%2Findex.html',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    '/assets/.sources',
    '/index.html',
    '/.sources',
  ])('has nothing at %s', async (url) => expect((await get(url)).statusCode).toBe(404));

  it('brings the licences of what it is made of', async () => {
    const { statusCode, body } = await get('/licences.md');
    expect(statusCode).toBe(200);
    expect(body).toContain('uplot');
    expect(body).toContain('react');
  });
});
