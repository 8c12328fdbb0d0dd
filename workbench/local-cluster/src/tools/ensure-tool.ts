import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { cached, findOnPath } from '@iot/local-stack';
import { buildPlan, type GoTool, moduleFolder, TOOLS, type ToolName } from './catalogue.js';

const run = promisify(execFile);

export interface ToolOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Told once, before something is built. */
  readonly onBuild?: (line: string) => void;
}

/**
 * The path of a tool's program, built when it is not in the cache yet: once, however many processes
 * ask at the same time. A helm (3 or 4) on PATH is used as it is; all else is what the Go modules
 * of this package say.
 * @throws Error with what to install when Go is missing, or with Go's own words when the build
 *   fails
 */
export async function ensureTool(name: ToolName, options: ToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  if (name === 'helm') {
    const own = findOnPath('helm', env);
    if (own !== undefined && (await isUsableHelm(own, env))) return own;
  }
  const plan = buildPlan(name);
  const folder = await cached(join(cacheFolder(env), plan.folder), async (half) => {
    const go = findOnPath('go', env);
    if (go === undefined)
      throw new Error(
        'Go was not found: install Go 1.24 or newer (Debian and Ubuntu: apt-get install golang-go; macOS: brew install go); the Kubernetes tools are built with it.',
      );
    options.onBuild?.(`Building ${name} ${plan.version} from Go modules: this happens once …`);
    await build(go, name, plan.args, half, env);
  });
  return join(folder, name);
}

/**
 * Where the programs are kept: IOT_CACHE_DIR, else the user's cache folder; 550 MB, so never in the
 * work tree.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(
    env['IOT_CACHE_DIR'] ||
      join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'iot-telemetry'),
    'kubernetes',
  );
}

async function isUsableHelm(helm: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const version = await run(helm, ['version', '--short'], { env }).catch(() => undefined);
  return version !== undefined && /^v[34]\./.test(version.stdout);
}

async function build(
  go: string,
  name: ToolName,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const tool: GoTool = TOOLS[name];
  const cwd = moduleFolder(tool);
  const options = { cwd, env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' }, maxBuffer: 16 << 20 };
  try {
    const modules = tool.without
      ? await leaveOut(go, tool.versionOf, tool.without, folder, options)
      : [];
    await run(go, ['build', ...modules, '-o', join(folder, name), ...args], options);
    await rm(join(folder, 'source'), { recursive: true, force: true });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(
      `${name} could not be built: ${stderr.trim().split('\n').slice(-20).join('\n') || message}`,
      { cause: error },
    );
  }
}

/**
 * Go lets no file of a downloaded module be replaced, so a copy of the module is built; what `go
 * build` is to be told for it.
 */
async function leaveOut(
  go: string,
  module: string,
  { file, standIn }: NonNullable<GoTool['without']>,
  folder: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string[]> {
  await run(go, ['mod', 'download', module], options);
  const { stdout } = await run(go, ['list', '-m', '-f', '{{.Dir}}', module], options);
  const [original, copy] = [stdout.trim(), join(folder, 'source')];
  // Downloaded modules are read-only, folders too; a copy that is as well could not be changed or
  // removed.
  for (const entry of await readdir(original, { recursive: true, withFileTypes: true })) {
    const target = join(copy, relative(original, entry.parentPath), entry.name);
    if (entry.isDirectory()) await mkdir(target, { recursive: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await readFile(join(entry.parentPath, entry.name)));
    }
  }
  await copyFile(join(options.cwd, standIn), join(copy, file));
  for (const name of ['go.mod', 'go.sum'])
    await copyFile(join(options.cwd, name), join(folder, name));
  await run(go, ['mod', 'edit', `-replace=${module}=${copy}`, join(folder, 'go.mod')], options);
  return ['-modfile', join(folder, 'go.mod')];
}
