import { readFileSync } from 'node:fs';
import { createLogger, createService } from '@iot/service';
import { load } from 'js-yaml';
import { configOf, serviceOf } from './services.js';
import { ROOT } from './observability/rules.js';

const { documentOf } = (await import(`${ROOT}ops/openapi/write.mjs`)) as {
  documentOf: (app: object) => Promise<{ paths: object }>;
};
const { ingress } = load(readFileSync(`${ROOT}helm/iot-telemetry/values.yaml`, 'utf8')) as {
  ingress: Record<'ingestion' | 'dashboard', { paths: string[]; exactPaths?: string[] }>;
};

/** What is not in the document: for browsers, and for those who read it. */
const PAGE = ['/ui', '/assets', '/favicon.svg', '/licences.md', '/docs', '/openapi.json'];
const INSIDE = /^\/(health|metrics)/;

/** The first part of the path of each endpoint. */
async function beginnings(name: 'ingestion-api' | 'dashboard-api'): Promise<string[]> {
  const config = (await configOf(name))({ AUTH: 'off', HOST: '127.0.0.1' });
  const app = await createService(await serviceOf(name), config, createLogger('test', 'silent'));
  const { paths } = await documentOf(app);
  const first = Object.keys(paths).map((path) =>
    path.startsWith('/.well-known/') ? path : `/${path.split('/')[1]}`,
  );
  return [...new Set(first)].filter((path) => !INSIDE.test(path));
}

describe('the Ingress and the HTTPRoute', () => {
  it('let the whole dashboard API and the page through, and nothing from the inside', async () => {
    const { paths, exactPaths = [] } = ingress.dashboard;
    const wanted = [...(await beginnings('dashboard-api')), ...PAGE];
    expect([...exactPaths, ...paths].sort()).toEqual(wanted.sort());
    expect(exactPaths).toEqual(['/']);
  }, 60_000);

  it('let all of the ingestion API through that is not of the dashboard API too', async () => {
    expect(ingress.ingestion.paths).toEqual(await beginnings('ingestion-api'));
  }, 60_000);
});
