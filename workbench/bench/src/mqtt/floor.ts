import { createServer } from 'node:http';
import { loadConfig } from '@iot/config';
import { brokerEnv, Subscriber } from '@iot/mqtt';
import { createLogger } from '@iot/service';
import { connect, group, recordOf } from '../ingestion/floor-output.js';

/**
 * What a gateway costs at least: the same client with the same deferred acknowledgement, kafkajs
 * and the same group commit, with no validation, no limits, no dead letters.
 */
let subscribed = false;
const subscriber = new Subscriber({
  config: loadConfig(brokerEnv, process.env),
  clientId: 'floor',
  filter: 'sensors/#',
  maxInFlight: 2000,
  maxPacketBytes: 1_000_000,
  hasRoom: () => true,
  take: ({ payload, settle }) => {
    const record = recordOf(payload.toString(), String(Date.now()));
    void group.send([record]).then(settle);
  },
  listener: {
    connected: () => {
      subscribed = true;
      return undefined;
    },
    acknowledged: () => undefined,
    pinged: () => undefined,
    answered: () => undefined,
  },
  log: createLogger('floor', 'silent'),
});

await connect();
subscriber.start();
createServer((_, response) => response.writeHead(subscribed ? 200 : 503).end()).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);
process.on('SIGTERM', () => process.exit(0));
