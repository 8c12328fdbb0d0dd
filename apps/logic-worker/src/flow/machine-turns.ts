/**
 * One batch at a time has a machine: its readings may come from two partitions, as partitions were
 * added, or from the retry topic.
 */
export class MachineTurns {
  private readonly atHand = new Map<string, Promise<void>>();

  /** Resolves when none of the machines is at hand; to be released. */
  async take(machines: Iterable<string>): Promise<() => void> {
    const ids = [...machines];
    for (;;) {
      const other = this.oneOf(ids);
      if (!other) break;
      await other;
    }
    let release!: () => void;
    const until = new Promise<void>((resolve) => (release = resolve));
    for (const id of ids) this.atHand.set(id, until);
    return () => {
      for (const id of ids) this.atHand.delete(id);
      release();
    };
  }

  private oneOf(ids: readonly string[]): Promise<void> | undefined {
    if (this.atHand.size > 0)
      for (const id of ids) {
        const found = this.atHand.get(id);
        if (found) return found;
      }
    return undefined;
  }
}
