import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How long it takes until every node knows that a pod is leaving. */
const PROPAGATION_MS = 300;

/**
 * One address for the pods of a component, as a Kubernetes Service has it: each new connection goes
 * to one of the ready pods in turn. A pod that leaves gets no new connections, but for a moment
 * after it left, and keeps those it has.
 */
export class ServiceAddress {
  private ports: number[] = [];
  private turn = 0;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (client) => this.forward(client));
  }

  static async listen(): Promise<ServiceAddress> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const address = new ServiceAddress(server);
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    return address;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A pod is ready. */
  add(port: number): void {
    this.ports.push(port);
  }

  /** A pod is to end. */
  remove(port: number): void {
    setTimeout(() => (this.ports = this.ports.filter((one) => one !== port)), PROPAGATION_MS);
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(client: Socket): void {
    const port = this.ports[this.turn++ % Math.max(this.ports.length, 1)];
    if (port === undefined) {
      client.destroy();
      return;
    }
    const pod = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [[client, pod] as const, [pod, client] as const]) {
      this.open.add(from);
      from.pipe(to);
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => {
        this.open.delete(from);
        if (!to.writableEnded) to.destroy();
      });
    }
  }
}
