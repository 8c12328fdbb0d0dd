import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Encoding } from './core/encoding.js';

/** Where the build of apps/dashboard-web puts the page: as far from here in `src` as in `dist`. */
const DIST = fileURLToPath(new URL('../../../dashboard-web/dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/markdown; charset=utf-8',
};

/** A file of the page, in each encoding that there is of it. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  /** Its name changes with what is in it, so it never has to be asked for again. */
  readonly immutable: boolean;
  readonly bytes: Readonly<Record<Encoding, Buffer>>;
}

/** The files of the page, held in memory: some hundred kilobytes. */
export class PageFiles {
  private readonly files: ReadonlyMap<string, PageFile>;

  /** @param folder that the page was built into; one that is not there is a page without files */
  constructor(folder = DIST) {
    this.files = new Map(
      globSync('**/*', { cwd: folder, withFileTypes: true })
        .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(folder.length).replaceAll('\\', '/'), readFile(path)] as const),
    );
  }

  /** The file at a path such as `/assets/index-1a2b.js`. */
  get(path: string): PageFile | undefined {
    return this.files.get(path);
  }

  /** The page itself; undefined where it was not built. */
  get page(): PageFile | undefined {
    return this.files.get('/index.html');
  }
}

function readFile(path: string): PageFile {
  const identity = readFileSync(path);
  const compressed = (suffix: string): Buffer => {
    try {
      return readFileSync(path + suffix);
    } catch {
      return identity;
    }
  };
  return {
    type: TYPES[extname(path)]!,
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    immutable: /[/\\]assets[/\\]/.test(path),
    bytes: { identity, br: compressed('.br'), gzip: compressed('.gz') },
  };
}
