import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';

/*
 * A broker for development: `node embedded-broker.js PORT`. MQTT 3.1.1, in memory: what it has is
 * gone with it.
 */

/** What aedes keeps of a message that waits for a client: an id once it was sent. */
type Kept = AedesPublishPacket & { readonly messageId?: number };

/** aedes does not mark what it sends again, which is what had a packet id before. */
function markRepeated(broker: Aedes): void {
  const { persistence } = broker as unknown as {
    persistence: { outgoingStream: (client: Client) => AsyncIterable<Kept> };
  };
  const outgoing = persistence.outgoingStream.bind(persistence);
  persistence.outgoingStream = (client) =>
    Readable.from(outgoing(client)).map((packet: Kept) =>
      packet.messageId === undefined ? packet : { ...packet, dup: true },
    );
}

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
const nextIds = new Map<string, number>();

const port = Number(process.argv[2]);
const broker = await Aedes.createBroker({
  preConnect: (client, { clientId }, done) => {
    if (clientId) countPacketIds(client, clientId);
    done(null, true);
  },
  maxClientsIdLength: 100,
  // A gateway that waits for Kafka does not read for as long as that takes.
  drainTimeout: 0,
});
markRepeated(broker);
createServer(broker.handle).listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
