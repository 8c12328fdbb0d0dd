import type { ConsumedRecord } from '@iot/kafka';
import type { LogDocument } from '@iot/mongo';
import { documentOf } from '../core/lines.js';
import { readRecord } from '../core/read-record.js';
import type { LogMetrics } from '../metrics.js';
import type { LogStore } from '../output/log-store.js';

const NOTHING = Buffer.alloc(0);

/** Keeps the lines of records. */
export class Keeping {
  constructor(
    private readonly store: LogStore,
    private readonly metrics: Pick<LogMetrics, 'read' | 'stored'>,
  ) {}

  /** @throws BackendUnavailable; the same records may come again */
  async keep(records: readonly ConsumedRecord[], now: Date): Promise<void> {
    const documents: LogDocument[] = [];
    for (const record of records) {
      const { form, lines } = readRecord(record.value ?? NOTHING);
      this.metrics.read.inc({ form }, lines.length);
      lines.forEach((line, part) => documents.push(documentOf(line, record, part, now)));
    }
    this.metrics.stored.inc(await this.store.add(documents));
  }
}
