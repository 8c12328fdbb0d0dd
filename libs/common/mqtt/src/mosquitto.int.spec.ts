import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConfig } from '@iot/config';
import { brokerEnv } from './config.js';
import { Publisher } from './publisher.js';
import { Subscriber, type Delivery } from './subscriber.js';

const MOSQUITTO = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'mosquitto'))
  .find((file) => {
    try {
      accessSync(file);
      return true;
    } catch {
      return false;
    }
  });
const HOW = 'mosquitto was not found: apt-get install mosquitto, or brew install mosquitto';
if (!MOSQUITTO && process.env['CI']) throw new Error(HOW);
if (!MOSQUITTO) console.warn(`${HOW}; its tests are skipped`);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

(MOSQUITTO ? describe : describe.skip)('a real Mosquitto', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const at = (name: string): string => join(folder, name);
  let broker: ChildProcess;
  let ports: { plain: number; tls: number; ws: number };
  let subscriber: Subscriber | undefined;
  let taken: Delivery[];

  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const certificate = (name: string): void => {
    openssl(
      ...`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr`.split(' '),
      '-subj',
      `/CN=${name}`,
    );
    writeFileSync(at(`${name}.ext`), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
    openssl(
      ...`x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out ${name}.crt -days 2 -extfile ${name}.ext`.split(
        ' ',
      ),
    );
  };

  beforeAll(async () => {
    openssl(
      ...'req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2'.split(' '),
      '-subj',
      '/CN=test-ca',
    );
    for (const name of ['broker', 'gateway', 'other']) certificate(name);
    openssl(
      ...'req -x509 -newkey rsa:2048 -nodes -keyout foreign.key -out foreign.crt -days 2'.split(
        ' ',
      ),
      '-subj',
      '/CN=foreign',
    );
    ports = { plain: await freePort(), tls: await freePort(), ws: await freePort() };
    writeFileSync(at('acl'), 'topic write sensors/#\nuser gateway\ntopic read sensors/#\n');
    writeFileSync(
      at('mosquitto.conf'),
      [
        ...(process.getuid?.() === 0 ? ['user root'] : []),
        'per_listener_settings true',
        `listener ${ports.plain} 127.0.0.1`,
        'allow_anonymous true',
        `listener ${ports.tls} 127.0.0.1`,
        `cafile ${at('ca.crt')}`,
        `certfile ${at('broker.crt')}`,
        `keyfile ${at('broker.key')}`,
        'require_certificate true',
        'use_identity_as_username true',
        `acl_file ${at('acl')}`,
        `listener ${ports.ws} 127.0.0.1`,
        'protocol websockets',
        'allow_anonymous true',
      ].join('\n'),
    );
    broker = spawn(MOSQUITTO!, ['-c', at('mosquitto.conf')], { stdio: 'ignore' });
    await delay(300);
  }, 60_000);
  afterEach(async () => {
    await subscriber?.close();
    subscriber = undefined;
  });
  afterAll(() => {
    broker?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const subscribe = (url: string, env: NodeJS.ProcessEnv = {}): Subscriber => {
    taken = [];
    subscriber = new Subscriber({
      config: loadConfig(brokerEnv, { MQTT_URL: url, ...env }),
      clientId: `gateway-${url.slice(0, 4)}`,
      filter: 'sensors/#',
      maxInFlight: 100,
      maxPacketBytes: 1_000_000,
      hasRoom: () => true,
      take: (delivery) => {
        taken.push(delivery);
        delivery.settle();
      },
      listener: {
        connected: () => undefined,
        acknowledged: () => undefined,
        pinged: () => undefined,
        answered: () => undefined,
      },
      log: pino({ level: 'silent' }),
    });
    subscriber.start();
    return subscriber;
  };
  const eventually = async (what: string, ask: () => boolean): Promise<void> => {
    for (let i = 0; i < 500; i++) {
      if (ask()) return;
      await delay(10);
    }
    throw new Error(`${what}: not within 5 s`);
  };
  const gets = async (one: Subscriber, text: string): Promise<void> => {
    await eventually('there is a subscription', () => one.isSubscribed);
    const url = `mqtt://127.0.0.1:${ports.plain}`;
    const publisher = await Publisher.connect({ url, clientId: `p-${text}`, withinMs: 5000 });
    await publisher.publish('sensors/d1', text);
    await eventually('it is taken', () => taken.length === 1);
    expect(taken[0]).toMatchObject({ topic: 'sensors/d1', redelivered: false });
    await eventually('it is acknowledged', () => one.inFlight === 0);
    await publisher.close();
  };
  const files = (name: string): NodeJS.ProcessEnv => ({
    MQTT_CA_FILE: at('ca.crt'),
    MQTT_CERT_FILE: at(`${name}.crt`),
    MQTT_KEY_FILE: at(`${name}.key`),
  });

  it('is read over TLS with a client certificate', () =>
    gets(subscribe(`mqtts://localhost:${ports.tls}`, files('gateway')), 'tls'));

  it('is read over WebSocket', () => gets(subscribe(`ws://127.0.0.1:${ports.ws}`), 'ws'));

  it.each([
    [
      'no certificate',
      { MQTT_CA_FILE: at('ca.crt') },
      /the MQTT broker: .*(alert|EPROTO|ECONNRESET)/,
    ],
    [
      'a certificate of another CA',
      files('foreign'),
      /the MQTT broker: .*(alert|EPROTO|ECONNRESET)/,
    ],
    ['no CA for that of the broker', {}, /the MQTT broker: .*certificate/],
  ])('is not read with %s, and says why', async (_, env, why) => {
    const one = subscribe(`mqtts://localhost:${ports.tls}`, env);
    const reason = (): string => {
      try {
        one.check();
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    await eventually('it is refused', () => why.test(reason())).catch((error: Error) => {
      throw new Error(`${error.message}: ${reason()}`);
    });
    expect(one.isSubscribed).toBe(false);
  });
});
