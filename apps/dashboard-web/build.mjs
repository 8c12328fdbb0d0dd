#!/usr/bin/env node
// Builds the page into dist, with each file compressed beforehand. Does nothing where dist is of
// these very sources; --force builds anyway.
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const DIST = join(here, 'dist');
/** What dist was built from. */
const STAMP = join(DIST, '.sources');
const SOURCES = [
  'package.json',
  'build.mjs',
  'vite.config.mjs',
  'index.html',
  'src/**/*',
  'public/*',
];
/** Formats that hold nothing more to compress. */
const COMPRESSED = new Set(['.png', '.woff2', '.br', '.gz']);

/** A text that changes with the sources and the installed dependencies. */
function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(join(here, '../../package-lock.json')));
  const files = globSync(SOURCES, { cwd: here, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.spec\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(file.slice(here.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function stamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

function compress() {
  const files = globSync('**/*', { cwd: DIST, withFileTypes: true })
    .filter((entry) => entry.isFile() && !COMPRESSED.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) {
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

const hash = sourcesHash();
if (process.argv.includes('--force') || stamp() !== hash) {
  const { build } = await import('vite');
  await build({ root: here, configFile: join(here, 'vite.config.mjs'), logLevel: 'error' });
  compress();
  mkdirSync(DIST, { recursive: true });
  writeFileSync(STAMP, hash);
}
