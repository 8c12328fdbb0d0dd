import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import mqttPacket, { type IConnackPacket, type Packet } from 'mqtt-packet';

export interface FakeBrokerOptions {
  /** MQTT versions that it speaks: 4 is 3.1.1. */
  readonly versions?: readonly number[];
}

/** One connection at the broker's side. */
export class FakeConnection {
  /** Packet ids that were acknowledged, in order. */
  readonly acknowledged: number[] = [];
  readonly received: Packet[] = [];
  /** Messages that the client published, and this broker acknowledged. */
  readonly published: { readonly topic: string; readonly payload: string }[] = [];
  clientId = '';
  version = 4;

  constructor(readonly socket: Socket) {}

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet, { protocolVersion: this.version }));
  }

  publish(messageId: number, topic: string, payload: string, dup = false): void {
    this.send({
      cmd: 'publish',
      qos: 1,
      retain: false,
      dup,
      messageId,
      topic,
      payload,
    });
  }

  count(cmd: Packet['cmd']): number {
    return this.received.filter((packet) => packet.cmd === cmd).length;
  }
}

/**
 * A broker that does what a test says: it answers CONNECT, SUBSCRIBE, PINGREQ and PUBLISH, and sends
 * nothing of its own.
 */
export class FakeBroker {
  readonly connections: FakeConnection[] = [];
  private readonly server: Server;
  /** What CONNACK says. */
  sessionPresent = false;
  /** Whether it acknowledges nothing that is published. */
  silent = false;

  private constructor(private readonly options: FakeBrokerOptions) {
    this.server = createServer((socket) => this.serve(socket));
  }

  static async listen(options: FakeBrokerOptions = {}): Promise<FakeBroker> {
    const broker = new FakeBroker(options);
    broker.server.listen(0, '127.0.0.1');
    await once(broker.server, 'listening');
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The newest connection that is subscribed, once there are so many connections. */
  async subscribed(connections = 1): Promise<FakeConnection> {
    for (let i = 0; i < 1000; i++) {
      const newest = this.connections.at(-1);
      if (this.connections.length >= connections && newest!.count('subscribe') > 0) return newest!;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`nobody subscribed on connection ${connections}`);
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    const connection = new FakeConnection(socket);
    this.connections.push(connection);
    const parser = mqttPacket.parser();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => parser.parse(bytes));
    parser.on('packet', (packet: Packet) => this.answer(connection, packet));
  }

  private answer(connection: FakeConnection, packet: Packet): void {
    const { versions = [4, 5] } = this.options;
    connection.received.push(packet);
    switch (packet.cmd) {
      case 'connect': {
        const version = packet.protocolVersion ?? 4;
        connection.clientId = packet.clientId;
        if (!versions.includes(version)) {
          connection.send({ cmd: 'connack', returnCode: 1, sessionPresent: false });
          connection.socket.end();
          return;
        }
        connection.version = version;
        const { sessionPresent } = this;
        connection.send({
          cmd: 'connack',
          sessionPresent,
          ...(version === 5 ? { reasonCode: 0 } : { returnCode: 0 }),
        } as IConnackPacket);
        return;
      }
      case 'subscribe':
        connection.send({ cmd: 'suback', messageId: packet.messageId!, granted: [1] });
        return;
      case 'pingreq':
        connection.send({ cmd: 'pingresp' });
        return;
      case 'publish':
        if (this.silent) return;
        connection.published.push({ topic: packet.topic, payload: String(packet.payload) });
        connection.send({ cmd: 'puback', messageId: packet.messageId! });
        return;
      case 'puback':
        connection.acknowledged.push(packet.messageId!);
        return;
    }
  }
}
