import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { findOnPath } from '../backends/java.js';
import { freePorts } from '../ports.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { serverHandle, type ServerHandle } from '../processes/server-handle.js';
import { withParent, type Program } from '../processes/with-parent.js';
import { workspaceRoot } from '../workspace.js';

export type FrontDoorKind = 'haproxy' | 'traefik';

export interface FrontDoorOptions {
  readonly kind: FrontDoorKind;
  /** Folder for its certificate and what is made of its configuration. */
  readonly dataDir: string;
  /** Ports of the replicas on the loopback address: two of each. */
  readonly ingestion: readonly [number, number];
  readonly dashboard: readonly [number, number];
  /** Requests a second of one address, and log-ins. Default: as the configuration has it. */
  readonly rate?: number;
  readonly loginRate?: number;
  readonly logFile?: string;
}

/** A running front door; `port` is that of HTTPS. */
export interface FrontDoorHandle extends ServerHandle {
  /** https://127.0.0.1:PORT */
  readonly url: string;
  /** http://127.0.0.1:PORT, which says only where the other is. */
  readonly plainUrl: string;
  /** The certificate to know it by, in PEM. */
  readonly ca: string;
}

const FILES = join(workspaceRoot(), 'config', 'front-door');

/** The program, on PATH or where Debian puts it; TRAEFIK names that of Traefik. */
export const findFrontDoor = (kind: FrontDoorKind): string | undefined =>
  (kind === 'traefik' && process.env['TRAEFIK']) ||
  (findOnPath(kind) ?? findOnPath(kind, { PATH: '/usr/sbin' }));

/** Starts a front door with the configuration of config/front-door, and waits until it answers. */
export async function startFrontDoor(options: FrontDoorOptions): Promise<FrontDoorHandle> {
  const program = findFrontDoor(options.kind);
  if (!program) throw new Error(`there is no ${options.kind} on the PATH`);
  const { dataDir, rate = 500, loginRate = 10 } = options;
  const [plain, port, inside] = await freePorts(3);
  mkdirSync(dataDir, { recursive: true });
  makeCertificate(dataDir);
  const settings = {
    FRONT_DOOR_RATE: String(rate),
    FRONT_DOOR_LOGIN_RATE: String(loginRate),
    FRONT_DOOR_HTTPS_PORT: String(port),
  };
  const ports = { plain: plain!, port: port!, inside: inside! };
  const { env, ...how } =
    options.kind === 'haproxy'
      ? haproxy(program, options, ports)
      : traefik(program, options, ports);
  const url = `https://127.0.0.1:${port}`;
  const child = new ManagedProcess({
    name: options.kind,
    ...withParent(how),
    env: { ...process.env, ...settings, ...env },
    isReady: () => answers(url),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  await child.start();
  return serverHandle(child, port!, {
    url,
    plainUrl: `http://127.0.0.1:${plain}`,
    ca: readFileSync(join(dataDir, 'front-door.crt'), 'utf8'),
  });
}

interface Ports {
  readonly plain: number;
  readonly port: number;
  readonly inside: number;
}
type Start = Program & { readonly env: Record<string, string> };

function haproxy(
  command: string,
  { dataDir, ingestion, dashboard }: FrontDoorOptions,
  { plain, port }: Ports,
): Start {
  return {
    command,
    args: ['-db', '-f', join(FILES, 'haproxy.cfg')],
    env: {
      FRONT_DOOR_HTTP: `127.0.0.1:${plain}`,
      FRONT_DOOR_HTTPS: `127.0.0.1:${port}`,
      FRONT_DOOR_PEM: join(dataDir, 'front-door.pem'),
      INGESTION_1: `127.0.0.1:${ingestion[0]}`,
      INGESTION_2: `127.0.0.1:${ingestion[1]}`,
      DASHBOARD_1: `127.0.0.1:${dashboard[0]}`,
      DASHBOARD_2: `127.0.0.1:${dashboard[1]}`,
    },
  };
}

/** Traefik's static file cannot take variables: a copy has the ports and folders of this one. */
function traefik(
  command: string,
  { dataDir, ingestion, dashboard }: FrontDoorOptions,
  { plain, port, inside }: Ports,
): Start {
  const file = join(dataDir, 'traefik.yml');
  const text = readFileSync(join(FILES, 'traefik.yml'), 'utf8')
    .replace("':8080'", `'127.0.0.1:${plain}'`)
    .replace("':8443'", `'127.0.0.1:${port}'`)
    .replace('127.0.0.1:8082', `127.0.0.1:${inside}`)
    .replace('/etc/front-door', FILES)
    .replace('/acme/', `${dataDir}/`);
  writeFileSync(file, text);
  const urls = (of: readonly number[]): string =>
    of.map((one) => `http://127.0.0.1:${one}`).join(' ');
  return {
    command,
    args: [`--configFile=${file}`],
    env: {
      FRONT_DOOR_CERT: join(dataDir, 'front-door.crt'),
      FRONT_DOOR_KEY: join(dataDir, 'front-door.key'),
      INGESTION_SERVERS: urls(ingestion),
      DASHBOARD_SERVERS: urls(dashboard),
    },
  };
}

function makeCertificate(dataDir: string): void {
  const script = join(workspaceRoot(), 'ops', 'container', 'certificate.mjs');
  const { status, stderr } = spawnSync(
    process.execPath,
    [script, dataDir, 'localhost', '127.0.0.1'],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(`no certificate: ${stderr}`);
}

/** Whether it is there, and a replica of the dashboard API behind it answers. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${url}/auth`, { rejectUnauthorized: false, timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}
