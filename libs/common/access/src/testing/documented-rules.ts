import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../../../../docs/security.md', import.meta.url));
const ROW = /^\| `([A-Z]+) (\/[^`]*)` +\| ([\w ]+?) +\|/gm;

/** Who may use what, as docs/security.md says: `GET /devices` to `viewer`. For tests only. */
export const documentedRules = (): Map<string, string> =>
  new Map(
    [...readFileSync(PAGE, 'utf8').matchAll(ROW)].map(([, method, path, rule]) => [
      `${method} ${path}`,
      rule!,
    ]),
  );

/** Endpoints of an OpenAPI document, such as `GET /devices/{id}/telemetry`. For tests only. */
export const endpointsOf = (document: { readonly paths: object }): string[] =>
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
