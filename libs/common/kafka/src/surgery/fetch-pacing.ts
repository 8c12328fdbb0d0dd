import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { sleep } from '@iot/resilience';
import { FetchPace } from '../fetch-pace.js';

interface Fetched {
  readonly responses: readonly {
    readonly partitions: readonly { readonly messages: readonly unknown[] }[];
  }[];
}
interface Broker {
  readonly nodeId: number;
  fetch(this: Broker, request: object): Promise<Fetched>;
}

/** The pace of each broker, for whatever fetches within {@link paced}. */
const paces = new AsyncLocalStorage<Map<number, FetchPace>>();

/** What `work` fetches, then and later, is asked for at the pace of {@link FetchPace}. */
export const paced = <T>(work: () => T): T => paces.run(new Map(), work);

/** kafkajs 2.2.4 asks again as soon as it has handed on what came, and there is no setting for it. */
export function paceFetches(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as {
    prototype: Broker;
  };
  const original = prototype.fetch;
  prototype.fetch = async function (request) {
    const mine = paces.getStore();
    if (mine === undefined) return original.call(this, request);
    let pace = mine.get(this.nodeId);
    if (pace === undefined) mine.set(this.nodeId, (pace = new FetchPace()));
    const wait = pace.waitMs(performance.now());
    if (wait >= 1) await sleep(wait);
    const fetched = await original.call(this, request);
    pace.answered(recordsIn(fetched), performance.now());
    return fetched;
  };
}

function recordsIn({ responses }: Fetched): number {
  let records = 0;
  for (const { partitions } of responses)
    for (const { messages } of partitions) records += messages.length;
  return records;
}
