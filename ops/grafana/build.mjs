/**
 * Writes what dashboards/ describes as JSON, to where Grafana and the chart read it: node
 * ops/grafana/build.mjs
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = `${here}../../helm/iot-telemetry/files/dashboards/`;
for (const name of readdirSync(`${here}dashboards`)) {
  const { default: dashboard } = await import(`./dashboards/${name}`);
  const file = `${folder}${name.replace('.mjs', '.json')}`;
  writeFileSync(
    file,
    await format(JSON.stringify(dashboard, null, 2), {
      ...(await resolveConfig(file)),
      filepath: file,
    }),
  );
}
