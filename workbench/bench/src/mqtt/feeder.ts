import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);
const [CONNECT, PUBACK, SUBSCRIBE, PINGREQ] = [0x10, 0x40, 0x82, 0xc0];
const PUBLISH_QOS1 = 0x32;
const IDS = 65_535;
const TICK_MS = 2;

/**
 * A broker (MQTT 3.1.1) that does nothing but send one client what a benchmark gives it, with so
 * many messages under way at most, and note when each is acknowledged: a real one would be what is
 * measured.
 */
export class Feeder {
  private readonly server: Server;
  private client: Socket | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private nextId = 0;
  private sent = 0;
  private acknowledged = 0;
  private readonly sentAt = new Float64Array(IDS + 1);
  private latencies: number[] | undefined;
  private moved: () => void = () => undefined;
  private subscribed: () => void = () => undefined;

  private constructor() {
    this.server = createServer({ noDelay: true }, (socket) => {
      this.rest = Buffer.alloc(0);
      this.client = socket;
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => this.read(socket, bytes));
    });
  }

  static async listen(): Promise<Feeder> {
    const feeder = new Feeder();
    feeder.server.listen(0, '127.0.0.1');
    await once(feeder.server, 'listening');
    return feeder;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when a client has subscribed. */
  ready(): Promise<void> {
    return new Promise((resolve) => (this.subscribed = resolve));
  }

  /** Sends messages as fast as they are acknowledged. @returns ms until the last was */
  async feed(messages: readonly Buffer[], total: number, mostUnderWay: number): Promise<number> {
    const began = performance.now();
    const end = this.sent + total;
    for (let i = 0; this.acknowledged < end;) {
      const room = Math.min(end - this.sent, mostUnderWay - (this.sent - this.acknowledged));
      if (room > 0) this.send(messages, i, room);
      i += Math.max(0, room);
      await new Promise<void>((resolve) => (this.moved = resolve));
    }
    return performance.now() - began;
  }

  /** Sends at a rate. @returns ms from each message to its acknowledgement */
  async pace(messages: readonly Buffer[], perSecond: number, seconds: number): Promise<number[]> {
    const latencies: number[] = (this.latencies = []);
    const began = performance.now();
    const [before, total] = [this.sent, perSecond * seconds];
    while (this.sent - before < total) {
      const due = Math.min(total, ((performance.now() - began) / 1000) * perSecond);
      const count = Math.floor(due) - (this.sent - before);
      if (count > 0) this.send(messages, this.sent, count);
      await delay(TICK_MS);
    }
    while (latencies.length < total) await delay(TICK_MS);
    this.latencies = undefined;
    return latencies;
  }

  async close(): Promise<void> {
    this.client?.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  /** @param from which of the messages is first; they are taken in turn */
  private send(messages: readonly Buffer[], from: number, count: number): void {
    const packets: Buffer[] = [];
    const now = performance.now();
    for (let i = 0; i < count; i++) {
      const id = (this.nextId = (this.nextId % IDS) + 1);
      const packet = Buffer.from(messages[(from + i) % messages.length]!);
      packet.writeUInt16BE(id, packet.readUInt16BE(HEADER_BYTES) + HEADER_BYTES + 2);
      this.sentAt[id] = now;
      packets.push(packet);
    }
    this.sent += count;
    this.client!.write(Buffer.concat(packets));
  }

  private read(socket: Socket, bytes: Buffer): void {
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    let at = 0;
    // What a subscriber sends is shorter than 128 bytes, so that its length is one byte.
    while (at + 2 <= all.length && at + 2 + all[at + 1]! <= all.length) {
      this.answer(socket, all, at);
      at += 2 + all[at + 1]!;
    }
    this.rest = all.subarray(at);
    this.moved();
  }

  private answer(socket: Socket, all: Buffer, at: number): void {
    switch (all[at]) {
      case PUBACK: {
        this.acknowledged++;
        if (this.latencies)
          this.latencies.push(performance.now() - this.sentAt[all.readUInt16BE(at + 2)]!);
        return;
      }
      case CONNECT:
        socket.write(CONNACK);
        return;
      case SUBSCRIBE:
        socket.write(Buffer.from([0x90, 3, all[at + 2]!, all[at + 3]!, 1]));
        this.subscribed();
        return;
      case PINGREQ:
        socket.write(PINGRESP);
    }
  }
}

/** Of a packet whose length takes two bytes. */
const HEADER_BYTES = 3;

/** A PUBLISH packet with QoS 1, whose packet id is filled in later. */
export function publishPacket(topic: string, payload: string): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.from(payload);
  const length = 2 + name.length + 2 + body.length;
  if (length < 128 || length >= 16_384) throw new Error('the packet should have 128–16,383 bytes');
  const packet = Buffer.alloc(HEADER_BYTES + length);
  packet[0] = PUBLISH_QOS1;
  packet[1] = (length & 0x7f) | 0x80;
  packet[2] = length >> 7;
  packet.writeUInt16BE(name.length, HEADER_BYTES);
  name.copy(packet, HEADER_BYTES + 2);
  body.copy(packet, HEADER_BYTES + 2 + name.length + 2);
  return packet;
}
