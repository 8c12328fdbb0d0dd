import { createServer } from 'node:net';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';

/*
 * A broker for development: `node embedded-broker.js PORT`. MQTT 3.1.1, in memory: what it has is
 * gone with it.
 */

/** aedes does not mark what it sends again: that has a packet id before it is forwarded. */
function markRepeated(_client: Client, packet: AedesPublishPacket): AedesPublishPacket {
  if ((packet as { messageId?: number }).messageId !== undefined) packet.dup = true;
  return packet;
}

const port = Number(process.argv[2]);
const broker = await Aedes.createBroker({
  authorizeForward: markRepeated,
  maxClientsIdLength: 100,
  // A gateway that waits for Kafka does not read for as long as that takes.
  drainTimeout: 0,
});
createServer(broker.handle).listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
