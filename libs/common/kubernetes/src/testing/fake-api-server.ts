import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An object as the API server stores it. */
export interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Stored;
}

interface Watcher {
  readonly name: string;
  readonly response: ServerResponse;
}

const TOKEN = 'a-token';
const PATHS =
  /^\/(?:api|apis\/[a-z.]+)\/v\d\/namespaces\/([^/]+)\/(configmaps|events|deployments|pods|horizontalpodautoscalers)$/;

/**
 * The part of a Kubernetes API server that this room uses, over real HTTP: lists by label, one
 * ConfigMap's list and watch with versions, bookmarks and forgotten versions, Events, a token and
 * permissions. It can be cut, stopped, and made to hang.
 */
export class FakeApiServer {
  readonly namespace = 'iot';
  /** Each request, as `GET pods` or `WATCH configmaps`. */
  readonly requests: string[] = [];
  /** Bodies of the Events that were created. */
  readonly events: {
    type: string;
    reason: string;
    message: string;
    involvedObject: { name: string; uid: string };
  }[] = [];
  /** What is forbidden, as in {@link requests}. */
  readonly denied = new Set<string>();
  /** Which requests are accepted and never answered. */
  hanging: 'none' | 'watches' | 'all' = 'none';
  /** How the next watch is told that its version is forgotten. */
  gone: 'by status' | 'by event' | undefined;
  token = TOKEN;
  private readonly objects = new Map<string, Stored[]>();
  private readonly configMaps = new Map<string, Stored>();
  private readonly changes: Change[] = [];
  private readonly watchers = new Set<Watcher>();
  private version = 100;
  private server: Server | undefined;

  /** @param port 0: a free one */
  constructor(public port = 0) {}

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.handle(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /**
   * As when the process is killed; {@link start} brings it back on the same port, with its data.
   */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    this.watchers.clear();
    await closed;
  }

  /** Path of a kubeconfig file that leads here. */
  kubeconfig(token = TOKEN): string {
    const file = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'fake',
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      // The client takes plain HTTP only together with this.
      clusters: [
        {
          name: 'fake',
          cluster: { server: `http://127.0.0.1:${this.port}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'fake', user: { token } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  put(resource: 'deployments' | 'pods' | 'horizontalpodautoscalers', objects: Stored[]): void {
    this.objects.set(resource, objects);
  }

  setConfigMap(name: string, data: Record<string, string>, metadata: object = {}): void {
    const type = this.configMaps.has(name) ? 'MODIFIED' : 'ADDED';
    const object = {
      metadata: {
        name,
        namespace: this.namespace,
        uid: `uid-of-${name}`,
        resourceVersion: String(++this.version),
        ...metadata,
      },
      data,
    };
    this.configMaps.set(name, object);
    this.publish({ version: this.version, type, object });
  }

  deleteConfigMap(name: string): void {
    const object = this.configMaps.get(name)!;
    this.configMaps.delete(name);
    this.publish({ version: ++this.version, type: 'DELETED', object });
  }

  get watching(): number {
    return this.watchers.size;
  }

  /** What a real one sends about once a minute. */
  bookmark(): void {
    for (const { response } of this.watchers)
      send(response, 'BOOKMARK', {
        kind: 'ConfigMap',
        metadata: { resourceVersion: String(this.version) },
      });
  }

  /**
   * Ends each watch: `politely` as after timeoutSeconds, `badly` as when a connection is cut, or
   * with an ERROR event of this status.
   */
  endWatches(how: 'politely' | 'badly' | number): void {
    for (const { response } of this.watchers) {
      if (typeof how === 'number') send(response, 'ERROR', status(how));
      if (how === 'badly') response.destroy();
      else response.end();
    }
    this.watchers.clear();
  }

  private publish(change: Change): void {
    this.changes.push(change);
    for (const { name, response } of this.watchers)
      if (change.object.metadata.name === name) send(response, change.type, change.object);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://fake');
    const [, namespace, resource = ''] = PATHS.exec(url.pathname) ?? [];
    const query = url.searchParams;
    const verb = query.get('watch') === 'true' ? 'WATCH' : request.method!;
    const asked = `${verb} ${resource}`;
    this.requests.push(asked);
    if (this.hanging === 'all' || (this.hanging === 'watches' && verb === 'WATCH')) return;
    if (request.headers.authorization !== `Bearer ${this.token}`)
      return answer(response, 401, status(401));
    if (namespace !== this.namespace || this.denied.has(asked))
      return answer(response, 403, status(403));
    if (resource === 'events' && verb === 'POST') {
      const body = JSON.parse(await textOf(request)) as (typeof this.events)[number];
      this.events.push(body);
      return answer(response, 201, body);
    }
    if (resource !== 'configmaps')
      return answer(response, 200, {
        metadata: { resourceVersion: '1' },
        items: this.labelled(resource, query.get('labelSelector')),
      });
    // A Role that names one ConfigMap allows a list and a watch of that name alone.
    const name = /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
    if (name === undefined) return answer(response, 403, status(403));
    if (verb === 'WATCH') return this.watch(name, Number(query.get('resourceVersion')), response);
    const found = this.configMaps.get(name);
    answer(response, 200, {
      metadata: { resourceVersion: String(this.version) },
      items: found ? [found] : [],
    });
  }

  private watch(name: string, from: number, response: ServerResponse): void {
    const { gone } = this;
    this.gone = undefined;
    if (gone === 'by status') return answer(response, 410, status(410));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (gone === 'by event') {
      send(response, 'ERROR', status(410));
      return void response.end();
    }
    const watcher = { name, response };
    this.watchers.add(watcher);
    response.on('close', () => this.watchers.delete(watcher));
    for (const { version, type, object } of this.changes)
      if (version > from && object.metadata.name === name) send(response, type, object);
  }

  private labelled(resource: string, selector: string | null): Stored[] {
    const wanted = (selector ?? '')
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('='));
    return (this.objects.get(resource) ?? []).filter(({ metadata }) =>
      wanted.every(([label, value]) => metadata.labels?.[label!] === value),
    );
  }
}

const status = (code: number) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  message: `no: user "system:secret-name" got ${code}`,
});

const send = (response: ServerResponse, type: string, object: unknown): void =>
  void response.write(`${JSON.stringify({ type, object })}\n`);

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
