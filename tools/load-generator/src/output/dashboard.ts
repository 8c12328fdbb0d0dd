import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { SensorCounts, Stored } from '../core/ledger.js';
import { causeOf } from './http-target.js';

const CONNECTIONS = 8;
const ANSWER_MS = 60_000;
const PAGE = 1_000;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 300;
/** Fields of a row of /telemetry that are no sensors. */
const NOT_SENSORS = new Set([
  'event_id',
  'device_id',
  'ts',
  'received_at',
  'lat',
  'lon',
  'attributes',
  'source',
]);

/** A range of event time: from is part of it, to is not. Epoch ms, whole minutes. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

type Row = Record<string, unknown>;

interface Page {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}

/** What the dashboard API says of devices within a range of time. */
export class Dashboard {
  private readonly pool: Pool;

  constructor(
    private readonly url: URL,
    private readonly range: Range,
    /** Service token; undefined: none is sent. */
    private readonly token: string | undefined,
  ) {
    this.pool = new Pool(url.origin, {
      connections: CONNECTIONS,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
  }

  /** The number of readings that the 1m rollups of a device count, by sensor. */
  async counted(device: string): Promise<SensorCounts> {
    const counts = new Map<string, number>();
    for await (const row of this.rows(device, 'aggregates', { window: '1m' })) {
      const sensor = String(row['sensor_type']);
      counts.set(sensor, (counts.get(sensor) ?? 0) + Number(row['count']));
    }
    return counts;
  }

  /** The stored readings of a device. */
  async stored(device: string): Promise<Stored[]> {
    const stored: Stored[] = [];
    for await (const row of this.rows(device, 'telemetry', {})) {
      const sensors = Object.keys(row).filter(
        (name) => !NOT_SENSORS.has(name) && row[name] !== null,
      );
      stored.push({
        event_id: String(row['event_id']),
        ts: Date.parse(String(row['ts'])),
        sensors,
      });
    }
    return stored;
  }

  /** Does a piece of work for each device, several at a time. */
  async each(devices: Iterable<string>, work: (device: string) => Promise<void>): Promise<void> {
    const queue = [...devices].values();
    const worker = async (): Promise<void> => {
      for (const device of queue) await work(device);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** @throws Error that says what the dashboard API answered */
  private async *rows(
    device: string,
    list: string,
    query: Record<string, string>,
  ): AsyncGenerator<Row> {
    const path = `${this.url.pathname.replace(/\/$/, '')}/devices/${encodeURIComponent(device)}/${list}`;
    const search = new URLSearchParams({
      ...query,
      limit: String(PAGE),
      from: String(this.range.from),
      to: String(this.range.to),
    });
    for (;;) {
      const page = await this.page(path, search);
      yield* page.data;
      if (page.next_cursor === null) return;
      search.set('cursor', page.next_cursor);
    }
  }

  /** One page. A database under load may not answer the first time. */
  private async page(path: string, search: URLSearchParams): Promise<Page> {
    for (let attempt = 1; ; attempt++) {
      let wrong: string;
      let passing = true;
      try {
        const answer = await this.pool.request({
          path: `${path}?${search}`,
          method: 'GET',
          headers: {
            accept: 'application/json',
            ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
          },
        });
        const text = await answer.body.text();
        const type = String(answer.headers['content-type'] ?? 'without a content type');
        if (answer.statusCode === 200 && type.includes('json')) return JSON.parse(text) as Page;
        wrong = `answers ${answer.statusCode} ${type}: is it the dashboard API? ${text.slice(0, 200)}`;
        passing = answer.statusCode >= 500;
      } catch (error) {
        wrong = causeOf(error);
      }
      if (!passing || attempt === ATTEMPTS)
        throw new Error(`--check: ${this.url.origin}${path}: ${wrong}`);
      await sleep(attempt * FIRST_WAIT_MS);
    }
  }
}
