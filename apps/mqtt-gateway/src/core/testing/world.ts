import { Deliveries, type Limits, type Mark, type Origin } from '../deliveries.js';
import { entryOf, markOf, Reading, type Entry } from '../entry.js';

/** How a broker gives packet ids: up, the lowest that is free, or up from 1 on each connection. */
export type Numbered = 'counting' | 'lowest' | 'anew';

export type Step =
  | { readonly kind: 'publish'; readonly bare: boolean; readonly times: number }
  | {
      readonly kind: 'read' | 'note' | 'produce' | 'acknowledge' | 'serve' | 'round' | 'quiet';
      readonly times: number;
    }
  | { readonly kind: 'ping' | 'forget' }
  | { readonly kind: 'cut' | 'crash'; readonly arrived: number };

interface Message {
  readonly number: number;
  /** Its reading has neither time nor id. */
  readonly bare: boolean;
}
interface Sent extends Message {
  readonly packetId: number;
  dup: boolean;
}
interface Taken {
  readonly message: Message;
  readonly packetId: number;
  readonly connection: number;
  readonly as: string;
  readonly entries: readonly Entry[];
  stage: 'read' | 'noted' | 'produced';
}

const SESSION = 'session';
const MOST_IN_FLIGHT = 6;

/**
 * A broker, the wires between, Kafka and a gateway that may die. Every message has the same topic
 * and payload, so nothing but packet ids and what is known of them tells one from another.
 */
export class World {
  private journal: Entry[] = [];
  private deliveries: Deliveries;
  /** As what each message is in Kafka. */
  private readonly inKafka = new Map<number, Set<string>>();
  private made = 0;
  private names = 0;
  private nextId = 1;
  private backlog: Message[] = [];
  private outstanding: Sent[] = [];
  private connection = 0;
  private down: (Sent | 'answer')[] = [];
  private up: (number | 'ping')[] = [];
  private taken: Taken[] = [];
  private readonly forgotten = new Set<number>();

  constructor(
    private readonly numbered: Numbered,
    private readonly limits: Limits,
  ) {
    this.deliveries = new Deliveries(limits);
    this.deliveries.connected(false);
  }

  play(step: Step): void {
    switch (step.kind) {
      case 'publish':
        for (let i = 0; i < step.times; i++) this.publish(step.bare);
        return;
      case 'ping':
        return this.ping();
      case 'cut':
      case 'crash':
        return this.cut(step.arrived, step.kind === 'crash');
      case 'forget':
        return this.forget();
      default:
        for (let i = 0; i < step.times; i++) this[step.kind]();
    }
  }

  /** Lets everything get where it was going. */
  finish(): void {
    this.cut(0, false);
    for (let i = 0; i < 3; i++)
      for (let n = this.backlog.length + this.outstanding.length + 3; n > 0; n--) {
        this.read();
        this.note();
        this.produce();
        this.acknowledge();
        this.serve();
      }
    if (this.outstanding.length > 0) throw new Error('the model did not finish');
  }

  /** Messages that are not in Kafka, or only as another one. */
  lost(): string[] {
    const owner = new Map<string, number>();
    const found: string[] = [];
    for (let number = 1; number <= this.made; number++) {
      if (this.forgotten.has(number)) continue;
      const as = this.inKafka.get(number);
      if (!as) found.push(`${number} is missing`);
      for (const name of as ?? []) {
        if (owner.has(name)) found.push(`${number} was taken for ${owner.get(name)}`);
        owner.set(name, number);
      }
    }
    return found;
  }

  doubled(): string[] {
    return [...this.inKafka]
      .filter(([, as]) => as.size > 1)
      .map(([number, as]) => `${number} is ${[...as].join(' and ')}`);
  }

  private publish(bare: boolean): void {
    this.backlog.push({ number: ++this.made, bare });
    this.send();
  }

  /** The broker sends what its window has room for. */
  private send(): void {
    while (this.backlog.length > 0 && this.outstanding.length < MOST_IN_FLIGHT) {
      const sent = { ...this.backlog.shift()!, packetId: this.freeId(), dup: false };
      this.outstanding.push(sent);
      this.down.push({ ...sent });
    }
  }

  private freeId(): number {
    const used = (id: number): boolean => this.outstanding.some(({ packetId }) => packetId === id);
    if (this.numbered === 'lowest') {
      for (let id = 1; ; id++) if (!used(id)) return id;
    }
    for (;;) {
      const id = this.nextId;
      this.nextId = (id % this.limits.ids) + 1;
      if (!used(id)) return id;
    }
  }

  /** The gateway reads what came by the wire. */
  private read(): void {
    const next = this.down.shift();
    if (next === undefined) return;
    if (next === 'answer') return this.deliveries.answered();
    const { packetId, dup, number, bare } = next;
    const { deliveries } = this;
    deliveries.arrived(packetId, dup);
    const message = { number, bare };
    const entries: Entry[] = [];
    let as = `own-${number}`;
    if (bare) {
      const known: Origin | undefined = dup ? deliveries.find(packetId, 'c') : undefined;
      as = known?.id ?? `name-${++this.names}`;
      const origin = deliveries.remember(packetId, { id: as, at: 0, content: 'c' });
      entries.push(entryOf(SESSION, packetId, origin));
    }
    const mark: Mark | undefined = deliveries.mark();
    if (mark) entries.push(markOf(SESSION, mark));
    const { connection } = this;
    this.taken.push({ message, packetId, connection, as, entries, stage: 'read' });
  }

  private note(): void {
    const next = this.taken.find(({ stage }) => stage === 'read');
    if (!next) return;
    this.journal.push(...next.entries);
    next.stage = 'noted';
  }

  private produce(): void {
    const next = this.taken.find(({ stage }) => stage !== 'produced');
    if (next?.stage !== 'noted') return;
    const { number } = next.message;
    this.inKafka.set(number, (this.inKafka.get(number) ?? new Set()).add(next.as));
    next.stage = 'produced';
  }

  private acknowledge(): void {
    while (this.taken[0] && this.taken[0].connection !== this.connection) {
      if (this.taken[0].stage !== 'produced') return;
      this.taken.shift();
    }
    if (this.taken[0]?.stage !== 'produced') return;
    const { packetId } = this.taken.shift()!;
    this.up.push(packetId);
    this.deliveries.acknowledged([packetId]);
    if (this.deliveries.wantsPing) this.ping();
    if (this.deliveries.wantsReconnect) this.cut(this.up.length, false);
  }

  private ping(): void {
    this.up.push('ping');
    this.deliveries.pinged();
  }

  /** The broker handles one thing that came by the wire. */
  private serve(): void {
    const next = this.up.shift();
    if (next === 'ping') this.down.push('answer');
    else if (next !== undefined) {
      const at = this.outstanding.findIndex(({ packetId }) => packetId === next);
      if (at >= 0) this.outstanding.splice(at, 1);
    }
    this.send();
  }

  private quiet(): void {
    this.round(false);
  }

  private round(bare = true): void {
    this.publish(bare);
    this.read();
    this.note();
    this.produce();
    this.acknowledge();
    this.serve();
    this.read();
  }

  private cut(arrived: number, crash: boolean): void {
    for (let i = 0; i < arrived; i++) this.serve();
    this.up = [];
    if (crash) {
      this.taken = [];
      const reading = new Reading(SESSION);
      for (const entry of this.journal) reading.add(entry);
      this.deliveries = new Deliveries(this.limits, reading.written(this.limits));
    }
    this.reconnect(true);
  }

  private reconnect(sessionPresent: boolean): void {
    this.connection++;
    this.deliveries.connected(sessionPresent);
    // Written down before there is a subscription.
    const mark = sessionPresent ? undefined : this.deliveries.mark();
    if (mark) this.journal.push(markOf(SESSION, mark));
    if (this.numbered === 'anew') this.nextId = 1;
    for (const one of this.outstanding) one.dup = true;
    this.down = this.outstanding.map((one) => ({ ...one }));
    this.send();
  }

  /** The broker loses the session, and all that is in it. */
  private forget(): void {
    for (const { number } of [...this.outstanding, ...this.backlog]) this.forgotten.add(number);
    this.outstanding = [];
    this.backlog = [];
    this.up = [];
    this.nextId = 1;
    this.reconnect(false);
  }
}
