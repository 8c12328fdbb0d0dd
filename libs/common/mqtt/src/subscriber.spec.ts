import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConfig } from '@iot/config';
import { brokerEnv } from './config.js';
import { Subscriber, type Delivery } from './subscriber.js';
import { FakeBroker, type FakeConnection } from './testing/index.js';

const eventually = async (what: string, ask: () => boolean): Promise<void> => {
  for (let i = 0; i < 500; i++) {
    if (ask()) return;
    await delay(10);
  }
  throw new Error(`${what}: not within 5 s`);
};

describe('a subscriber', () => {
  let broker: FakeBroker;
  let subscriber: Subscriber;
  let taken: Delivery[];
  let room: boolean;

  const start = async (
    env: NodeJS.ProcessEnv = {},
    versions?: readonly number[],
  ): Promise<FakeConnection> => {
    broker = await FakeBroker.listen({ ...(versions && { versions }) });
    taken = [];
    room = true;
    subscriber = new Subscriber({
      config: loadConfig(brokerEnv, { MQTT_URL: broker.url, ...env }),
      clientId: 'a-client',
      filter: 'sensors/#',
      maxInFlight: 10,
      maxPacketBytes: 1_000_000,
      hasRoom: () => room,
      take: (delivery) => taken.push(delivery),
      listener: {
        connected: () => undefined,
        acknowledged: () => undefined,
        pinged: () => undefined,
        answered: () => undefined,
      },
      log: pino({ level: 'silent' }),
    });
    subscriber.start();
    return broker.subscribed();
  };
  afterEach(async () => {
    await subscriber.close();
    await broker.close();
  });

  it('acknowledges in the order in which messages came, and none before it is safe', async () => {
    const connection = await start();
    for (const id of [7, 9, 8, 3]) connection.publish(id, 'sensors/a', '{}');
    await eventually('all are taken', () => taken.length === 4);
    taken[1]!.settle();
    taken[3]!.settle();
    await delay(50);
    expect(connection.acknowledged).toEqual([]);
    taken[0]!.settle();
    await eventually('two are acknowledged', () => connection.acknowledged.length === 2);
    taken[2]!.settle();
    await eventually('all are acknowledged', () => connection.acknowledged.length === 4);
    expect(connection.acknowledged).toEqual([7, 9, 8, 3]);
  });

  it('never acknowledges on the next connection what came by the last one', async () => {
    const first = await start();
    first.publish(1, 'sensors/a', 'A');
    await eventually('it is taken', () => taken.length === 1);
    first.socket.destroy();
    const second = await broker.subscribed(2);
    // The packet id belongs to another message now.
    second.publish(1, 'sensors/b', 'B');
    await eventually('the other is taken', () => taken.length === 2);
    taken[0]!.settle();
    await delay(100);
    expect(second.acknowledged).toEqual([]);
    taken[1]!.settle();
    await eventually('it is acknowledged', () => second.acknowledged.length === 1);
  });

  it('reads nothing while there is no room, keeps the connection, and goes on after', async () => {
    const connection = await start({ MQTT_KEEPALIVE_S: '1' });
    room = false;
    for (let id = 1; id <= 5; id++) connection.publish(id, 'sensors/a', '{}');
    await eventually('one is taken', () => taken.length === 1);
    await delay(3500);
    expect(taken).toHaveLength(1);
    expect(broker.connections).toHaveLength(1);
    expect(connection.count('pingreq')).toBeGreaterThan(3);
    room = true;
    subscriber.resume();
    await eventually('all are taken', () => taken.length === 5);
    for (const delivery of taken) delivery.settle();
    await eventually('all are acknowledged', () => connection.acknowledged.length === 5);
    await delay(1500);
    expect(broker.connections).toHaveLength(1);
  }, 15_000);

  it('asks in its session with MQTT 5, and goes on with 3.1.1 where that is refused', async () => {
    const connection = await start({}, [4]);
    expect(
      broker.connections.map(
        ({ received }) => (received[0] as { protocolVersion: number }).protocolVersion,
      ),
    ).toEqual([5, 4]);
    expect(connection.received[0]).toMatchObject({ clean: false, clientId: 'a-client' });
    connection.publish(5, 'sensors/a', '{}');
    await eventually('it is taken', () => taken.length === 1);
    taken[0]!.settle();
    await eventually('it is acknowledged', () => connection.acknowledged.length === 1);
  });

  it('leaves its session to another process that has taken it over', async () => {
    const connection = await start();
    connection.send({ cmd: 'disconnect', reasonCode: 142 });
    connection.socket.end();
    await delay(2500);
    expect(broker.connections).toHaveLength(1);
  });

  it('comes back later where it is cut off again and again, and says what may be the reason', async () => {
    await start({ MQTT_PROTOCOL: '3.1.1' });
    const at: number[] = [];
    for (let n = 1; n <= 3; n++) {
      const connection = await broker.subscribed(n);
      await eventually('it knows of its subscription', () => subscriber.isSubscribed);
      at.push(performance.now());
      connection.socket.destroy();
    }
    await eventually('it says so', () => !subscriber.isSubscribed);
    expect(() => subscriber.check()).toThrow(/another client may be called a-client/);
    await broker.subscribed(4);
    const gap = performance.now() - at[2]!;
    expect(gap).toBeGreaterThan(1900);
  }, 15_000);

  it('tells what is sent again and what is a stored copy', async () => {
    const connection = await start();
    connection.publish(1, 'sensors/a', '{}', true);
    connection.send({
      cmd: 'publish',
      qos: 0,
      dup: false,
      retain: true,
      topic: 'sensors/b',
      payload: 'x',
    });
    await eventually('both are taken', () => taken.length === 2);
    expect(taken).toMatchObject([
      { packetId: 1, redelivered: true, retained: false },
      { packetId: 0, redelivered: false, retained: true },
    ]);
  });
});
