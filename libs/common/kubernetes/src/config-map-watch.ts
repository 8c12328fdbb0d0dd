import { setTimeout as delay } from 'node:timers/promises';
import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { jitteredBackoff } from '@iot/resilience';
import type { Cluster } from './cluster.js';
import { failureOf, statusFailure, type KubernetesFailure } from './failure.js';

/** A ConfigMap as it is in the cluster. */
export interface ConfigMapState {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Told of one ConfigMap. None of these may throw. */
export interface ConfigMapListener {
  /**
   * The contents are others than before; undefined: there is no such ConfigMap. Called once at the
   * start as well.
   */
  changed(state: ConfigMapState | undefined): void;
  /** The watch works from now on, or does not. */
  watching(failure: KubernetesFailure | undefined): void;
}

/** Settings of a {@link ConfigMapWatch}, for tests. */
export interface WatchTiming {
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /**
   * The API server sends a bookmark a minute; a connection that is silent for longer than this is
   * dead.
   */
  readonly silenceMs: number;
}

const TIMING: WatchTiming = { backoff: { firstMs: 1000, maxMs: 60_000 }, silenceMs: 150_000 };
/** The API server ends a watch after this time; then the next one begins. */
const ROUND_S = 600;
/** A watch that ends sooner than this is no sign that all is well again. */
const STEADY_MS = 5000;

/**
 * Follows one ConfigMap, for as long as it takes. Each round reads the ConfigMap anew and watches
 * it from that version on, so nothing is missed whatever became of the round before: disconnected,
 * timed out, forgotten by the API server (410), an API server that was restarted or whose data was
 * restored.
 */
export class ConfigMapWatch {
  private readonly ended = new AbortController();
  private running: Promise<void> | undefined;
  private known: string | undefined;
  private trouble: string | undefined;
  private isConnected = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly name: string,
    private readonly listener: ConfigMapListener,
    private readonly log: Logger,
    private readonly timing: WatchTiming = TIMING,
  ) {}

  /** Begins in the background. */
  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let attempt = 0; !this.ended.signal.aborted; attempt++) {
      const startedAt = performance.now();
      this.isConnected = false;
      try {
        await this.follow(await this.read());
      } catch (error) {
        if (this.ended.signal.aborted) return;
        const failure = failureOf(error, this.permission);
        // A connection that worked and was cut is nothing to speak of unless the next one fails
        // too.
        const cut =
          this.trouble === undefined && this.isConnected && failure.kind === 'unreachable';
        if (!cut && failure.kind !== 'gone') this.failed(failure);
      }
      if (this.isConnected && performance.now() - startedAt > STEADY_MS) attempt = 0;
      const pause = jitteredBackoff(attempt, this.timing.backoff, Math.random());
      await delay(pause, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }

  private get permission(): string {
    return `get, list and watch configmaps "${this.name}" in namespace ${this.cluster.namespace}`;
  }

  /** @returns the version to watch from */
  private async read(): Promise<string> {
    const list = await this.cluster.call(
      this.permission,
      ({ core }, options) =>
        core.listNamespacedConfigMap(
          { namespace: this.cluster.namespace, fieldSelector: this.selector },
          options,
        ),
      this.ended.signal,
    );
    this.seen(list.items[0]);
    return list.metadata?.resourceVersion ?? '';
  }

  private get selector(): string {
    return `metadata.name=${this.name}`;
  }

  /** Resolves when the watch has ended as watches do. */
  private async follow(resourceVersion: string): Promise<void> {
    const watch = (await this.cluster.connect()).newWatch();
    // Its own limit is half of the time between two bookmarks, and there is no other way to set it.
    Object.assign(watch, { requestTimeoutMs: this.timing.silenceMs });
    const path = `/api/v1/namespaces/${this.cluster.namespace}/configmaps`;
    const query = {
      fieldSelector: this.selector,
      resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: ROUND_S,
    };
    const { signal } = this.ended;
    let failure: KubernetesFailure | undefined;
    let stop = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        let ended = false;
        let connection: AbortController | undefined;
        stop = () => {
          connection?.abort();
          reject(new Error('stopped'));
        };
        signal.addEventListener('abort', stop);
        const event = (type: string, object: V1ConfigMap & { code?: number }): void => {
          if (type === 'ERROR') failure = statusFailure(object.code ?? 500, this.permission);
          else if (type === 'DELETED') this.seen(undefined);
          else if (type !== 'BOOKMARK') this.seen(object);
        };
        const done = (error: unknown): void => {
          ended = true;
          const reason = failure ?? error;
          if (reason) reject(reason as Error);
          else resolve();
        };
        watch.watch(path, query, event, done).then((controller) => {
          connection = controller;
          if (signal.aborted) controller.abort();
          else if (!ended) this.connected();
        }, reject);
      });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private connected(): void {
    this.isConnected = true;
    this.listener.watching(undefined);
    if (this.trouble !== undefined)
      this.log.info({ configmap: this.name }, 'watching the ConfigMap again');
    this.trouble = undefined;
  }

  private seen(object: V1ConfigMap | undefined): void {
    const data = object?.data ?? {};
    const contents =
      object === undefined
        ? 'none'
        : JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (contents === this.known) return;
    this.known = contents;
    const { name = this.name, uid = '', resourceVersion = '' } = object?.metadata ?? {};
    this.listener.changed(object && { name, uid, resourceVersion, data });
  }

  /** One line for each kind of trouble, however long it lasts. */
  private failed(failure: KubernetesFailure): void {
    this.listener.watching(failure);
    if (this.trouble === failure.message) return;
    this.trouble = failure.message;
    this.log.warn(
      { configmap: this.name, error: failure.message },
      'cannot watch the ConfigMap; trying again',
    );
  }
}
