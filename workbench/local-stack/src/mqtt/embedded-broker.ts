import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';

/*
 * A broker for development: `node embedded-broker.js PORT`. MQTT 3.1.1, in memory: what it has is
 * gone with it. Three things that MQTT asks for and aedes does not do are added here, by private
 * parts of the version that package.json names.
 */

/** What aedes keeps of a message that waits for a client: an id once it was sent. */
type Kept = AedesPublishPacket & { readonly messageId?: number; readonly brokerCounter: number };
type Deliver = (packet: Kept, done: () => void) => void;
type Insides = Client & { deliverQoS: Deliver };

const port = Number(process.argv[2]);
const nextIds = new Map<string, number>();
/** Messages that a client was sent from its queue, while that is being emptied. */
const fromQueue = new Map<string, Set<number>>();

const broker = await Aedes.createBroker({
  preConnect: (client, { clientId }, done) => {
    if (clientId) {
      countPacketIds(client, clientId);
      queueFirst(client as Insides, clientId);
    }
    done(null, true);
  },
  maxClientsIdLength: 100,
  // A gateway that waits for Kafka does not read for as long as that takes.
  drainTimeout: 0,
});
markRepeated();
createServer(broker.handle).listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));

/**
 * aedes begins anywhere with the packet ids of each connection, so that one soon belongs to two
 * messages. Here they go on where those of the client's last connection ended.
 */
function countPacketIds(client: Client, clientId: string): void {
  Object.defineProperty(client, '_nextId', {
    get: () => nextIds.get(clientId) ?? 1,
    set: (next: number) => nextIds.set(clientId, next),
  });
}

/** aedes sends what is published meanwhile before what waited for the client, and then again. */
function queueFirst(client: Insides, clientId: string): void {
  const deliver = client.deliverQoS;
  let meanwhile: Kept[] | undefined = [];
  client.deliverQoS = (packet, done) => {
    if (!meanwhile) return deliver(packet, done);
    meanwhile.push(packet);
    done();
  };
  client.once('connected', () => {
    const sent = fromQueue.get(clientId);
    fromQueue.delete(clientId);
    for (const packet of meanwhile ?? [])
      if (!sent?.has(packet.brokerCounter)) deliver(packet, () => undefined);
    meanwhile = undefined;
  });
}

/** aedes does not mark what it sends again, which is what had a packet id before. */
function markRepeated(): void {
  const { persistence } = broker as unknown as {
    persistence: { outgoingStream: (client: Client) => AsyncIterable<Kept> };
  };
  const outgoing = persistence.outgoingStream.bind(persistence);
  persistence.outgoingStream = (client) => {
    const sent = new Set<number>();
    fromQueue.set(client.id, sent);
    return Readable.from(outgoing(client)).map((packet: Kept) => {
      sent.add(packet.brokerCounter);
      return packet.messageId === undefined ? packet : { ...packet, dup: true };
    });
  };
}
