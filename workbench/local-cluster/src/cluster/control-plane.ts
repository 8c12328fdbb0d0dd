import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearLeftover, freePorts, ManagedProcess } from '@iot/local-stack';
import { ensureTool, type ToolOptions } from '../tools/ensure-tool.js';
import type { ToolName } from '../tools/catalogue.js';
import { apiGet } from './api-get.js';
import {
  kubeconfigFor,
  newSigningKey,
  newTokens,
  tokenFile,
  type Tokens,
  type User,
} from './access.js';

/** Addresses that Services get; nothing routes them. */
const SERVICE_ADDRESSES = '10.96.0.0/16';
/** The periods of the autoscaler are cut for tests; upstream's are 15 s, 5 min, 5 min and 30 s. */
const AUTOSCALER = [
  '--horizontal-pod-autoscaler-sync-period=1s',
  '--horizontal-pod-autoscaler-downscale-stabilization=3s',
  '--horizontal-pod-autoscaler-cpu-initialization-period=1s',
  '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
];
const START_TIMEOUT_MS = 120_000;

/**
 * etcd, API server, controller manager and scheduler as child processes on 127.0.0.1, with RBAC and
 * every default admission plugin on.
 */
export class ControlPlane {
  private readonly started: ManagedProcess[] = [];
  private readonly tokens: Tokens = newTokens();
  private apiPort = 0;

  /** `folder` takes state and logs. */
  constructor(
    private readonly folder: string,
    private readonly options: ToolOptions,
  ) {}

  /** The API server's https address. */
  get server(): string {
    return `https://127.0.0.1:${this.apiPort}`;
  }

  /** The API server's certificate with the authority that it made for itself, as PEM. */
  get certificateAuthority(): string {
    return readFileSync(join(this.folder, 'certificates', 'apiserver.crt'), 'utf8');
  }

  /**
   * The certificate and key of a server that the API server talks to: its own, which will do on
   * this machine.
   */
  get serving(): { readonly cert: string; readonly key: string } {
    return {
      cert: this.certificateAuthority,
      key: readFileSync(join(this.folder, 'certificates', 'apiserver.key'), 'utf8'),
    };
  }

  /**
   * What the API server answers the administrator at a path, parsed; undefined when it is not
   * there. @throws at any other refusal
   */
  async get(path: string): Promise<unknown> {
    const { status, body } = await apiGet(this.server + path, this.tokens.admin);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body);
  }

  /** Writes the kubeconfig of one user and returns its path. */
  kubeconfig(user: User): string {
    const file = join(this.folder, user.replace('system:', '') + '.kubeconfig');
    writeFileSync(file, kubeconfigFor(this.server, this.certificateAuthority, this.tokens[user]), {
      mode: 0o600,
    });
    return file;
  }

  /**
   * Ends what an owner who was killed left running in this folder, and deletes its data. @throws
   * InUseError when the owner lives
   */
  async clear(programs: readonly ToolName[]): Promise<void> {
    for (const name of programs) await clearLeftover(this.pidFile(name));
    rmSync(join(this.folder, 'etcd'), { recursive: true, force: true });
  }

  /**
   * Starts everything and waits until it is ready. @throws with the last lines of what did not get
   * ready
   */
  async start(): Promise<void> {
    const [etcdPort, peerPort, apiPort, managerPort, schedulerPort] = (await freePorts(5)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    this.apiPort = apiPort;
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    await this.run(
      'etcd',
      [
        [
          '--name=local',
          `--data-dir=${join(this.folder, 'etcd')}`,
          '--unsafe-no-fsync',
          '--log-level=warn',
        ],
        [`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
        [
          `--listen-peer-urls=${peer}`,
          `--initial-advertise-peer-urls=${peer}`,
          `--initial-cluster=local=${peer}`,
        ],
      ],
      async () => (await fetch(`${etcd}/health`, { signal: AbortSignal.timeout(2000) })).ok,
    );

    writeFileSync(join(this.folder, 'tokens.csv'), tokenFile(this.tokens), { mode: 0o600 });
    writeFileSync(join(this.folder, 'signing.key'), newSigningKey(), { mode: 0o600 });
    const key = join(this.folder, 'signing.key');
    await this.run(
      'kube-apiserver',
      [
        [
          `--etcd-servers=${etcd}`,
          '--bind-address=127.0.0.1',
          `--secure-port=${apiPort}`,
          `--cert-dir=${join(this.folder, 'certificates')}`,
        ],
        ['--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction'],
        [`--token-auth-file=${join(this.folder, 'tokens.csv')}`],
        [
          '--service-account-issuer=https://kubernetes.default.svc',
          `--service-account-key-file=${key}`,
        ],
        [`--service-account-signing-key-file=${key}`],
        // Endpoints may not hold a loopback address: the Service `kubernetes` has none here.
        [
          '--advertise-address=127.0.0.1',
          '--endpoint-reconciler-type=none',
          `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
        ],
        ['--shutdown-delay-duration=0s'],
      ],
      () => this.answersOk(`${this.server}/readyz`),
    );

    await Promise.all([
      this.run(
        'kube-controller-manager',
        [
          [
            `--kubeconfig=${this.kubeconfig('system:kube-controller-manager')}`,
            '--bind-address=127.0.0.1',
            `--secure-port=${managerPort}`,
          ],
          [
            '--leader-elect=false',
            '--use-service-account-credentials',
            `--service-account-private-key-file=${key}`,
          ],
          [
            `--root-ca-file=${join(this.folder, 'certificates', 'apiserver.crt')}`,
            `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
          ],
          ['--kube-api-qps=200', '--kube-api-burst=400', ...AUTOSCALER],
        ],
        () => this.answersOk(`https://127.0.0.1:${managerPort}/healthz`),
      ),
      this.run(
        'kube-scheduler',
        [
          [
            `--kubeconfig=${this.kubeconfig('system:kube-scheduler')}`,
            '--bind-address=127.0.0.1',
            `--secure-port=${schedulerPort}`,
          ],
          ['--leader-elect=false', '--kube-api-qps=200', '--kube-api-burst=400'],
        ],
        () => this.answersOk(`https://127.0.0.1:${schedulerPort}/healthz`),
      ),
    ]);
  }

  /** Starts one program that belongs to the cluster; stop() ends it with the others. */
  async run(
    name: ToolName,
    args: readonly (readonly string[])[],
    isReady: () => Promise<boolean>,
  ): Promise<void> {
    const child = new ManagedProcess({
      name,
      command: await ensureTool(name, this.options),
      args: args.flat(),
      cwd: this.folder,
      // A proxy that is set for the Internet is not for these addresses.
      env: {
        ...(this.options.env ?? process.env),
        NO_PROXY: '127.0.0.1,localhost',
        no_proxy: '127.0.0.1,localhost',
      },
      isReady: () => isReady().catch(() => false),
      logFile: join(this.folder, 'logs', name + '.log'),
      pidFile: this.pidFile(name),
      startTimeoutMs: START_TIMEOUT_MS,
    });
    this.started.push(child);
    await child.start();
    endWithUs(child);
  }

  private pidFile(name: ToolName): string {
    return join(this.folder, 'run', name + '.json');
  }

  private async answersOk(url: string): Promise<boolean> {
    return (await apiGet(url, this.tokens.admin)).status === 200;
  }

  /** Ends every process, the newest first. */
  async stop(): Promise<void> {
    for (const child of this.started.splice(0).reverse()) await child.stop();
  }
}

/**
 * Ends a process as soon as this one is gone, however that happened: the system then closes the
 * standard input of the guard, which has waited for just that.
 */
function endWithUs(child: ManagedProcess): void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill "$1"', 'guard', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.once('exit', () => guard.kill('SIGKILL'));
}
