/**
 * Writes a new worker that consumes readings, and tells everybody of it:
 *
 *   npm run new-worker -- water-worker --port 8005 --about 'follows the water meters'
 *
 * With --no-install it leaves out `npm install`, which links the app, and writes it to the lock
 * file. CONTRIBUTING.md says what to do then.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { SERVICES } from '../../libs/common/register/src/services.js';
import { tellOthers } from './places.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TEMPLATE = fileURLToPath(new URL('template', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string' },
    about: { type: 'string', default: 'handles readings' },
    'no-install': { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const short = /^([a-z]+)-worker$/.exec(name)?.[1];
const nextPort = 1 + Math.max(...SERVICES.map(({ port }) => port));
const port = Number(values.port ?? nextPort);
const folder = join(ROOT, 'apps', name);

const wrong = [
  !short && `the name is to be a word and -worker, such as water-worker, not "${name}"`,
  short && existsSync(folder) && `there is an apps/${name}`,
  SERVICES.some((service) => service.port === port) && `another service has the port ${port}`,
  !(Number.isInteger(port) && port > 1023 && port < 65_536) && `${values.port} is no port`,
  !/^[a-z][^'\n]*$/.test(values.about) && 'the text of --about is to begin with a verb',
].filter(Boolean);
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(2);
}

const words = {
  name,
  short,
  Short: `${short[0].toUpperCase()}${short.slice(1)}`,
  SHORT: short.toUpperCase(),
  port,
  about: values.about,
};
const filled = (text) =>
  text.replace(/\{\{(\w+)\}\}/g, (whole, key) => (key in words ? String(words[key]) : whole));

async function write(path, text) {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  const options = { ...(await resolveConfig(file)), filepath: file };
  writeFileSync(file, await format(text, options));
  console.log(`written: ${path}`);
}

/** The package of the alerts worker, without what only that one needs. */
function packageJson() {
  const like = JSON.parse(readFileSync(join(ROOT, 'apps/alerts-worker/package.json'), 'utf8'));
  const others = ['@iot/kubernetes', '@iot/mongo', '@iot/resilience', 'lru-cache'];
  for (const other of others) delete like.dependencies[other];
  like.name = `@iot/${name}`;
  like.description = `Kafka consumer: ${short}`;
  like.nx.name = name;
  return JSON.stringify(like);
}

await write(`apps/${name}/package.json`, packageJson());
for (const path of readdirSync(TEMPLATE, { recursive: true })) {
  const from = join(TEMPLATE, path);
  if (!statSync(from).isFile()) continue;
  const to = filled(path.replace(/\.txt$/, ''));
  await write(
    to === 'dashboard.mjs' ? `ops/grafana/dashboards/${short}.mjs` : `apps/${name}/${to}`,
    filled(readFileSync(from, 'utf8')),
  );
}
for (const [path, change] of Object.entries(tellOthers(words)))
  await write(path, change(readFileSync(join(ROOT, path), 'utf8')));

const run = (program, ...args) => execFileSync(program, args, { cwd: ROOT, stdio: 'inherit' });
if (!values['no-install']) run('npm', 'install', '--no-audit', '--no-fund');
run(process.execPath, 'ops/generate.mjs');
