/** Work that was begun, and waits for its turn to be finished. */
export interface Turn<T> {
  readonly of: T;
  settled: boolean;
}

/**
 * Hands things on in the order in which they came, although they are settled in any order: what is
 * settled waits for all that came before it.
 */
export class InOrder<T> {
  private turns: Turn<T>[] = [];
  private head = 0;

  /** Things that have not been handed on. */
  get size(): number {
    return this.turns.length - this.head;
  }

  /** The one that everything waits for. */
  get first(): T | undefined {
    return this.turns[this.head]?.of;
  }

  add(of: T): Turn<T> {
    const turn = { of, settled: false };
    this.turns.push(turn);
    return turn;
  }

  /** Settles one, and gives `handOn` all whose turn has come by that, in order. */
  settle(turn: Turn<T>, handOn: (of: T) => void): void {
    turn.settled = true;
    for (let next = this.turns[this.head]; next?.settled; next = this.turns[this.head]) {
      this.head++;
      handOn(next.of);
    }
    if (this.head === this.turns.length) {
      this.turns = [];
      this.head = 0;
    } else if (this.head > 1024 && this.head * 2 > this.turns.length) {
      this.turns = this.turns.slice(this.head);
      this.head = 0;
    }
  }
}
