import { createLogger, createService } from '@iot/service';
import { configOf, serviceOf } from './services.js';
import { ROOT } from './observability/rules.js';

const { apiTypes, documentOf } = (await import(`${ROOT}ops/openapi/write.mjs`)) as {
  apiTypes: (document: object) => Promise<{ is: string; should: string }>;
  documentOf: (app: object) => Promise<object>;
};

describe('the API types of the page', () => {
  it('are what the API says of itself: npm run generate writes them', async () => {
    const config = (await configOf('dashboard-api'))({ AUTH: 'off', HOST: '127.0.0.1' });
    const service = await serviceOf('dashboard-api');
    const app = await createService(service, config, createLogger('openapi', 'silent'));
    const { is, should } = await apiTypes(await documentOf(app));
    expect(is).toBe(should);
  }, 60_000);
});
