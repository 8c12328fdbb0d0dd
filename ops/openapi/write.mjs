#!/usr/bin/env node
// Writes the API types of the page from the OpenAPI document of the built dashboard API.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { typesOf } from './types.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const PATH = 'apps/dashboard-web/src/api/schema.ts';

/** What the file should be for a document, and what it is. */
export async function apiTypes(document) {
  const style = await resolveConfig(root + PATH);
  const should = await format(typesOf(document), { ...style, parser: 'typescript' });
  return { should, is: read() };
}

function read() {
  try {
    return readFileSync(root + PATH, 'utf8');
  } catch {
    return '';
  }
}

/** The document of an application that is made and does not listen. */
export async function documentOf(app) {
  const server = app.getHttpAdapter().getInstance();
  await server.ready();
  return (await server.inject('/openapi.json')).json();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [{ createService, createLogger }, { service }, { dashboardConfig }] = await Promise.all(
    [
      'libs/common/service/dist/index.js',
      ...['service', 'config'].map((file) => `apps/dashboard-api/dist/${file}.js`),
    ].map((path) => import(root + path)),
  );
  const app = await createService(
    service,
    dashboardConfig({ AUTH: 'off', HOST: '127.0.0.1' }),
    createLogger('openapi', 'silent'),
  );
  const { should, is } = await apiTypes(await documentOf(app));
  if (should !== is) writeFileSync(root + PATH, should);
  process.exit(0);
}
