import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NotificationDocument, ReceiverDocument } from '@iot/mongo';
import { AllowedHosts } from '../core/allowed-hosts.js';
import { Guard } from './guard.js';
import { guardedAgent } from './guarded-agent.js';
import { MailSender } from './mail-sender.js';
import { WebhookSender } from './webhook-sender.js';

/** All of a delivery. */
const TIMEOUT_MS = 400;
/** With time for a machine that is busy; the server would take for ever. */
const LATEST_MS = 4000;
const guard = new Guard(new AllowedHosts(['127.0.0.1']));
const notification = {
  ...{ _id: 'n', receiver: 'r', route: null, reason: 'test', labels: {}, alerts: [], more: 0 },
  created_at: new Date(0),
} as unknown as NotificationDocument;
const servers: (Server | HttpServer)[] = [];

async function listening(server: Server | HttpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
afterAll(() => servers.forEach((server) => server.close()));

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work;
  expect(performance.now() - began).toBeLessThan(ms);
  return result;
}

describe('an SMTP server', () => {
  const said: Record<string, string> = {
    EHLO: '250 me',
    MAIL: '250 ok',
    RCPT: '250 ok',
    DATA: '354 go on',
  };
  const smtp =
    (silentAfter: string) =>
    (socket: Socket): void => {
      socket.on('error', () => undefined);
      socket.write('220 me\r\n');
      socket.on('data', (chunk: Buffer) => {
        const word = chunk.toString().slice(0, 4);
        if (word !== silentAfter && said[word]) socket.write(`${said[word]}\r\n`);
      });
    };
  const trickling = (socket: Socket): void => {
    socket.on('error', () => undefined);
    const timer = setInterval(() => socket.write('220-wait\r\n'), 50);
    socket.on('close', () => clearInterval(timer));
  };

  it.each([
    ['says nothing', () => undefined],
    ['says that there is more to come, for ever', trickling],
    ['stops before it takes the text', smtp('DATA')],
    ['stops in the middle of the text', smtp('none')],
  ] as const)('that %s costs the time of one delivery', async (_what, talk) => {
    const closed: Promise<void>[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      closed.push(new Promise((resolve) => socket.on('close', () => resolve())));
      talk(socket);
    });
    const port = await listening(server);
    const sender = new MailSender(guard, {
      ...{ host: '127.0.0.1', port, username: '', password: '' },
      security: 'none',
      from: 'a@example.com',
      timeoutMs: TIMEOUT_MS,
    });
    const to = { to: ['b@example.com'] } as unknown as ReceiverDocument;
    const outcome = await within(LATEST_MS, sender.send(to, notification));
    expect(outcome).toEqual({ kind: 'failed', reason: 'timeout' });
    await within(LATEST_MS, Promise.race([closed[0], delay(2 * LATEST_MS)]));
  });
});

describe('a webhook', () => {
  const sent = async (answer: Parameters<typeof createHttp>[1]) => {
    const port = await listening(createHttp(answer));
    const env = {
      NOTIFY_RECEIVER_R_URL: `http://127.0.0.1:${port}/`,
      NOTIFY_RECEIVER_R_SECRET: `whsec_${'A'.repeat(32)}`,
    };
    const agent = guardedAgent(guard, TIMEOUT_MS);
    const options = { credentialsSecret: '', env, timeoutMs: TIMEOUT_MS };
    const sender = new WebhookSender(agent, guard, options);
    const names = { url: 'NOTIFY_RECEIVER_R_URL', secret: 'NOTIFY_RECEIVER_R_SECRET' };
    const receiver = { _id: 'r', env: names } as ReceiverDocument;
    const outcome = await within(LATEST_MS, sender.send(receiver, notification, 0));
    await agent.destroy();
    return outcome;
  };
  const timeout = { kind: 'failed', reason: 'timeout' };

  it('that never answers costs the time of one delivery', async () => {
    expect(await sent(() => undefined)).toEqual(timeout);
  });

  it('that answers with very much is cut, and its status counts', async () => {
    let written = 0;
    const outcome = await sent((_, response) => {
      response.on('error', () => undefined);
      response.writeHead(200, { 'content-length': 10_000_000 });
      const more = (): void => {
        while (written < 10_000_000 && response.write(Buffer.alloc(10_000))) written += 10_000;
      };
      response.on('drain', more);
      more();
    });
    expect(outcome).toEqual({ kind: 'delivered' });
    expect(written).toBeLessThan(9_000_000);
  });

  it('that begins an answer and never ends it is taken at its status', async () => {
    expect(
      await sent((_, response) => {
        response.writeHead(204);
        response.flushHeaders();
      }),
    ).toEqual({ kind: 'delivered' });
    expect(
      await sent((_, response) => {
        response.writeHead(500);
        response.write('x');
      }),
    ).toEqual({ kind: 'failed', reason: 'status_500' });
  });
});
