/** A call larger than this gains nothing by company. */
const MAX_ITEMS = 256;

export interface JoiningOptions<Item, Answer> {
  readonly run: (items: readonly Item[]) => Promise<Answer>;
  /** What of the answer to all is about the items from `from` to before `to`; absent: all of it. */
  readonly share?: (answer: Answer, from: number, to: number) => Answer;
  /** Does a thing a moment later, when all that is called for now has been. */
  readonly soon: (work: () => void) => void;
  /** Whether an error would meet any call: of all others each call is to get its own. */
  readonly meetsAll: (error: unknown) => boolean;
}

interface Call<Item, Answer> {
  readonly items: readonly Item[];
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one call of small ones that come at the same moment, as for several partitions: what a
 * message to a server costs is then shared by them. Who calls does not see it, but that after an
 * error that may be another's fault the same is asked for again, alone; so it may have been done
 * before.
 */
export class JoinedCalls<Item, Answer> {
  private waiting: Call<Item, Answer>[] = [];

  constructor(private readonly options: JoiningOptions<Item, Answer>) {}

  call(items: readonly Item[]): Promise<Answer> {
    if (items.length > MAX_ITEMS) return this.options.run(items);
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      if (this.waiting.length === 1) this.options.soon(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const { run, meetsAll, share = (answer: Answer) => answer } = this.options;
    const calls = this.waiting;
    this.waiting = [];
    if (calls.length === 1) return calls[0]!.resolve(run(calls[0]!.items));
    try {
      const answer = await run(calls.flatMap(({ items }) => items));
      let from = 0;
      for (const { items, resolve } of calls) resolve(share(answer, from, (from += items.length)));
    } catch (error) {
      for (const { items, resolve, reject } of calls)
        if (meetsAll(error)) reject(error);
        else resolve(run(items));
    }
  }
}
