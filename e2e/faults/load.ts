import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';
import type { Platform } from '../platform.js';

/**
 * The load generator at work: 5 % duplicates, 5 % late by up to a day, 1 % bad, and clients that
 * send again under the same event id.
 */
export class Load {
  private output = '';
  private readonly ended: Promise<number | null>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly sentLog: string,
  ) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on(
        'data',
        (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-4000)),
      );
    this.ended = new Promise((resolve) => child.once('exit', resolve));
  }

  /** @param seed another for each load on the same platform: event ids and log follow from it */
  static start(
    platform: Pick<Platform, 'dataDir' | 'services'>,
    {
      eventsPerSecond,
      batch,
      devices = 40,
      seed = 7,
    }: { eventsPerSecond: number; batch: number; devices?: number; seed?: number },
  ): Load {
    const sentLog = join(platform.dataDir, `sent-${seed}.ndjson`);
    const args = [
      ['--base-url', platform.services['ingestion-api'].url],
      ['--devices', devices],
      ['--rps', eventsPerSecond / devices],
      ['--duration', '24h'],
      ['--batch', batch],
      ['--sensors', 'temperature_c,humidity'],
      ['--spikes', 0.01],
      ['--duplicates', 0.05],
      ['--late', 0.05],
      ['--bad', 0.01],
      ['--retries', 1000],
      ['--timeout', '5s'],
      ['--drain', '60s'],
      ['--seed', seed],
      ['--sent-log', sentLog],
    ].flat();
    return new Load(
      spawn(process.execPath, ['tools/load-generator/dist/main.js', ...args.map(String)], {
        cwd: workspaceRoot(),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
      sentLog,
    );
  }

  /** Ends the load; resolves when everything begun is answered. */
  async end(): Promise<void> {
    this.child.kill('SIGINT');
    await this.ended;
  }

  /** Distinct ids of the events that were acknowledged, and the number of acknowledgements. */
  async acknowledged(): Promise<{ ids: Set<string>; count: number }> {
    const text = await readFile(this.sentLog, 'utf8');
    const lines = text.split('\n').filter(Boolean);
    if (lines.length === 0)
      throw new Error(`the load generator had nothing accepted:\n${this.output}`);
    return {
      ids: new Set(
        lines.map((line) => String((JSON.parse(line) as { event_id: string }).event_id)),
      ),
      count: lines.length,
    };
  }
}
