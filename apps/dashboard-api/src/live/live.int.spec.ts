import { randomUUID } from 'node:crypto';
import { get as httpGet, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { jest } from '@jest/globals';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';
import { StatisticsReader } from '../stats/statistics.reader.js';
import type { Hub } from './core/hub.js';
import { Live } from './live.service.js';
import { MAX_BEHIND_BYTES } from './stream.js';

const config = dashboardConfig({
  AUTH: 'off',
  HOST: '127.0.0.1',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `live_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MAX_VIEWERS: '12',
});

interface Event {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** A reader of event streams that knows nothing of the writer. */
class Viewer {
  readonly events: Event[] = [];
  ended = false;
  private text = '';
  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      const blocks = this.text.split('\n\n');
      this.text = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const event = field('event');
        if (event !== undefined)
          this.events.push({ event, id: field('id'), data: JSON.parse(field('data')!) as never });
      }
    });
    response.on('close', () => (this.ended = true));
  }
  static open(url: string, headers: Record<string, string> = {}): Promise<Viewer> {
    return new Promise((resolve, reject) => {
      const request = httpGet(url, { headers: { accept: 'text/event-stream', ...headers } });
      request.on('error', reject);
      request.on('response', (response) => {
        request.on('error', () => undefined);
        resolve(new Viewer(request, response));
      });
    });
  }
  close(): void {
    this.request.destroy();
  }
  async until(what: (event: Event) => boolean, withinMs = 10_000): Promise<Event> {
    for (let end = Date.now() + withinMs; Date.now() < end;) {
      const found = this.events.find(what);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(
      `not within ${withinMs} ms; there were ${JSON.stringify(this.events).slice(0, 2000)}`,
    );
  }
}

describe('the live view', () => {
  let app: NestFastifyApplication;
  let mongo: Mongo;
  let url: string;
  const open: Viewer[] = [];
  const view = async (query = '', headers = {}): Promise<Viewer> => {
    const viewer = await Viewer.open(`${url}/live${query}`, headers);
    open.push(viewer);
    return viewer;
  };
  const metric = async (name: string): Promise<number> =>
    Number(
      new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(
        await (await fetch(`${url}/metrics`)).text(),
      )![1],
    );

  const nobodyLeft = async (): Promise<void> => {
    for (let i = 0; i < 100 && (await metric('live_viewers')) > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };

  beforeAll(async () => {
    app = await createService(service, config, createLogger('test', 'silent'));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    mongo = new Mongo(config, 'test');
    await mongo.connect();
  });
  afterEach(async () => {
    for (const viewer of open.splice(0)) viewer.close();
    await mongo.alerts.deleteMany({});
    await mongo.devices.deleteMany({});
  });
  afterAll(async () => {
    await mongo.close();
    await app.close();
  });

  const now = (): Date => new Date();
  const alert = (id: string, more = {}) => ({
    ...{ _id: id, device_id: 'd1', sensor_type: 'humidity', alert_type: 'above_max' as const },
    ...{ severity: 'critical' as const, status: 'active' as const, message: 'm', value: 1 },
    ...{ threshold: 0, occurrences: 1, last_value: 1, version: 1, resolved_at: null },
    ...{ timestamp: now(), last_seen: now(), created_at: now(), ...more },
  });
  const device = (id: string, value: number) => ({
    ...{ _id: id, first_seen: now(), last_seen: now(), version: value },
    latest: { humidity: { value, ts: now() } },
  });

  it('begins with a snapshot, also of an empty database, and goes on each second', async () => {
    const viewer = await view();
    expect(viewer.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
    });
    const { data } = await viewer.until(({ event }) => event === 'snapshot');
    expect(data).toMatchObject({
      alerts: [],
      overview: { devices_known: 0, readings_stored: 0, last_received: null },
    });
    await viewer.until(({ event }) => event === 'overview');
    await viewer.until(({ id }) => Number(id?.split('.')[1]) >= 3);
  });

  it('tells of alerts that come, change and end, and of the device that is watched alone', async () => {
    const [one, other] = [await view('?device_id=d1'), await view('?device_id=d2')];
    await mongo.alerts.insertOne(alert('a'));
    await mongo.devices.insertOne(device('d1', 5));
    const changed = ({ event, data }: Event, like: object): boolean =>
      event === 'alerts' && expectLike((data['changed'] as object[])[0], like);
    await other.until((event) => changed(event, { id: 'a', status: 'active' }));
    await mongo.alerts.updateOne({ _id: 'a' }, { $set: { occurrences: 7 } });
    await other.until((event) => changed(event, { occurrences: 7 }));
    await mongo.alerts.updateOne({ _id: 'a' }, { $set: { status: 'resolved' } });
    await other.until((event) => changed(event, { status: 'resolved' }));
    const { data } = await one.until(({ event }) => event === 'device');
    expect(data).toMatchObject({ device_id: 'd1', latest: { humidity: { value: 5 } } });
    expect(other.events.filter(({ event }) => event === 'device')).toEqual([]);
  });

  it('goes on where a viewer left off, or begins anew where that is not known', async () => {
    const first = await view();
    const { id } = await first.until(({ event }) => event === 'overview');
    await mongo.alerts.insertOne(alert('b'));
    const missed = await first.until(({ event }) => event === 'alerts');
    const back = await view('', { 'last-event-id': id! });
    expect(await back.until((event) => event.id === missed.id)).toEqual(missed);
    expect(back.events.some(({ event }) => event === 'snapshot')).toBe(false);
    const stranger = await view('', { 'last-event-id': 'x.1' });
    await stranger.until(({ event }) => event === 'snapshot');
  });

  it('asks the database as often for many viewers as for one', async () => {
    const find = jest.spyOn(app.get(Mongo).alerts, 'find');
    const read = jest.spyOn(app.get(StatisticsReader, { strict: false }), 'read');
    const within = async (ms: number): Promise<number> => {
      const asked = (): number => find.mock.calls.length + read.mock.calls.length;
      const before = asked();
      await new Promise((resolve) => setTimeout(resolve, ms));
      return asked() - before;
    };
    await (await view()).until(({ event }) => event === 'overview');
    const alone = await within(2000);
    for (let i = 0; i < 9; i++) await view();
    const together = await within(2000);
    expect(await metric('live_viewers')).toBe(10);
    expect(together).toBeLessThanOrEqual(alone + 2);
  });

  it('refuses more viewers than there may be, and takes others when they are gone', async () => {
    const viewers = [];
    for (let i = 0; i < 12; i++) viewers.push(await view());
    const refused = await fetch(`${url}/live`, { headers: { accept: 'text/event-stream' } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    await refused.body?.cancel();
    for (const viewer of viewers) viewer.close();
    await nobodyLeft();
    await (await view()).until(({ event }) => event === 'snapshot');
  });

  it('has one bound for all streams, and counts those that are only coming', async () => {
    await nobodyLeft();
    const come = async (path: string, count: number): Promise<number> => {
      const came = await Promise.all(Array.from({ length: count }, () => Viewer.open(url + path)));
      open.push(...came);
      return came.filter(({ response }) => response.statusCode === 200).length;
    };
    expect(await come('/logs/tail', 5)).toBe(5);
    expect(await come('/live', 20)).toBe(7);
    expect(await come('/logs/tail', 1)).toBe(0);
    for (const viewer of open) viewer.close();
    await nobodyLeft();
    expect(await come('/live', 1)).toBe(1);
  });

  it('cuts off who reads nothing, and does not keep it in memory', async () => {
    const before = await metric('live_viewers_dropped_total');
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    socket.pause();
    socket.write('GET /live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
    const witness = await view();
    const { hub } = app.get(Live, { strict: false }) as unknown as { hub: Hub };
    // Beyond what the systems on both sides keep of a connection.
    const text = 'x'.repeat(MAX_BEHIND_BYTES / 8);
    const dropped = async (): Promise<number> =>
      (await metric('live_viewers_dropped_total')) - before;
    for (let i = 0; i < 400 && (await dropped()) === 0; i++) hub.beat(text);
    socket.destroy();
    expect(await dropped()).toBe(1);
    expect(witness.ended).toBe(false);
  });

  it('is refused for what it does not take', async () => {
    for (const [query, accept, status] of [
      ['?device_id=%3Cscript%3E', 'text/event-stream', 400],
      ['?nothing=1', 'text/event-stream', 400],
      ['', 'application/json', 406],
    ] as const)
      expect((await fetch(`${url}/live${query}`, { headers: { accept } })).status).toBe(status);
  });

  it('ends in time with streams open', async () => {
    const viewers = await Promise.all([view(), view('?device_id=d1'), view()]);
    const began = performance.now();
    await app.close();
    expect(performance.now() - began).toBeLessThan(3000);
    for (let i = 0; i < 100 && !viewers.every(({ ended }) => ended); i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(viewers.map(({ ended }) => ended)).toEqual([true, true, true]);
  });
});

const expectLike = (value: object | undefined, like: object): boolean =>
  Object.entries(like).every(([key, is]) => (value as Record<string, unknown>)?.[key] === is);
