/** One process at one time. */
export interface Sample {
  /** Since the load began. */
  readonly seconds: number;
  readonly rssBytes: number;
  /**
   * Of it, V8's young generation: it grows in steps of up to 16 MB when there is more to do for a
   * moment, and says nothing of what a process keeps.
   */
  readonly youngBytes: number;
  readonly handles: number;
}

/** What happened over the time of a soak. */
export interface Course {
  readonly minutes: number;
  /** Of the processes that no fault ends, by service. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
  /** Of all consumers; null while it is unknown, as a consumer or Kafka is away. */
  readonly lag: readonly { readonly seconds: number; readonly lagSeconds: number | null }[];
  readonly faults: readonly {
    readonly name: string;
    readonly from: number;
    readonly to: number;
    readonly recovery: number;
    readonly error?: string;
  }[];
  /** How often a process was started again, by service. */
  readonly restarts: Readonly<Record<string, number>>;
}

/** Memory is judged from here on: caches have filled and code is compiled by then. */
export const SETTLED_AFTER_S = 600;
const MOST_GROWTH = 1.1;

export interface Growth {
  readonly fromBytes: number;
  readonly toBytes: number;
  /** 1.1: it grew by 10 %. */
  readonly ratio: number;
  /** The same without the young generation. */
  readonly keptRatio: number;
  /** What it keeps has grown. */
  readonly tooMuch: boolean;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;

/**
 * How far memory grew after the first ten minutes: the median of the first fifth of the rest
 * against that of the last, as single samples swing with the garbage collector.
 * @returns undefined while less than ten samples were taken after that
 */
export function growthOf(samples: readonly Sample[]): Growth | undefined {
  const settled = samples.filter(({ seconds }) => seconds >= SETTLED_AFTER_S);
  if (settled.length < 10) return undefined;
  const fifth = Math.floor(settled.length / 5);
  const grown = (bytesOf: (sample: Sample) => number) => {
    const fromBytes = median(settled.slice(0, fifth).map(bytesOf));
    const toBytes = median(settled.slice(-fifth).map(bytesOf));
    return { fromBytes, toBytes, ratio: toBytes / fromBytes };
  };
  const { ratio: keptRatio } = grown(({ rssBytes, youngBytes }) => rssBytes - youngBytes);
  return { ...grown(({ rssBytes }) => rssBytes), keptRatio, tooMuch: !(keptRatio <= MOST_GROWTH) };
}
