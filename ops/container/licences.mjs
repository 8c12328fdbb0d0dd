/**
 * Writes what the image holds of others, and on what terms, as Markdown: node
 * ops/container/licences.mjs, after `npm ci --omit=dev`. Exits 1 when a package names no licence.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IS_TEXT = /licen[cs]e|copying|notice/i;

/**
 * Every package that the services and tools need to run, by the lock file: { name, version,
 * licence, texts }, the latter the names of files that hold its terms.
 */
export function licences(root = ROOT) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(
      ([path, { dev, devOptional, link }]) =>
        path.includes('node_modules/') && !dev && !devOptional && !link,
    )
    .filter(([path]) => existsSync(join(root, path, 'package.json')))
    .map(([path, { version }]) => {
      const { license, licenses } = JSON.parse(
        readFileSync(join(root, path, 'package.json'), 'utf8'),
      );
      const named = [license ?? licenses ?? []].flat().map((it) => it.type ?? it);
      return {
        name: path.split('node_modules/').at(-1),
        version,
        licence: named.join(' OR '),
        texts: readdirSync(join(root, path))
          .filter((file) => IS_TEXT.test(file))
          .sort(),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = licences();
  const row = ({ name, version, licence, texts }) =>
    `| ${name} | ${version} | ${licence} | ${texts.join(', ') || 'in package.json'} |`;
  console.log('# Packages in the image, and their licences\n');
  console.log('| package | version | licence | text, in its folder under /app/node_modules |');
  console.log('| --- | --- | --- | --- |');
  console.log(found.map(row).join('\n'));
  const unnamed = found.filter(({ licence }) => licence === '');
  for (const { name } of unnamed) console.error(`${name} names no licence.`);
  process.exit(unnamed.length > 0 ? 1 : 0);
}
