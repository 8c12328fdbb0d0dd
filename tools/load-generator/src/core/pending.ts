import type { LoadEvent } from './event.js';

/**
 * Events held back until they are due: a binary heap, first in first out among those due at the
 * same time.
 */
export class Pending {
  private readonly heap: { event: LoadEvent; order: number }[] = [];
  private added = 0;

  /** When the first of them is due; Infinity when there are none. */
  get due(): number {
    return this.heap[0]?.event.due ?? Infinity;
  }

  push(event: LoadEvent): void {
    const { heap } = this;
    let at = heap.push({ event, order: this.added++ }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): LoadEvent | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length === 0) return first.event;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && this.before(child, least)) least = child;
      if (least === at) return first.event;
      this.swap(at, least);
      at = least;
    }
  }

  private before(a: number, b: number): boolean {
    const one = this.heap[a]!;
    const other = this.heap[b]!;
    return (
      one.event.due < other.event.due ||
      (one.event.due === other.event.due && one.order < other.order)
    );
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
