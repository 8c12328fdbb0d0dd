import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BSON, MongoClient, type Document } from 'mongodb';

/** The error that a database gives for one document of a write, or for a whole command. */
export interface Refusal {
  readonly code: number;
  readonly errmsg?: string;
}

const OP_MSG = 2013;
const HEADER_BYTES = 16;
const DOCUMENTS: Readonly<Record<string, string>> = { insert: 'documents', update: 'updates' };

/**
 * Stands between a driver and a database, sees each command, and answers chosen documents of writes
 * with an error, as a server that is unwell does: per document, or for the whole command. The other
 * documents of such a write are passed on.
 */
export class WireProxy {
  /** Commands that passed, with their collections and options, without their documents. */
  readonly commands: Document[] = [];
  /**
   * What the database says of a document of a write (an update is its statement). Undefined: it
   * takes it.
   */
  refuse: (collection: string, document: Document) => Refusal | undefined = () => undefined;
  /** What it says of a whole command. */
  refuseCommand: (command: Document) => Refusal | undefined = () => undefined;
  private readonly sockets = new Set<Socket>();
  private readonly upstream: MongoClient;
  private server: Server | undefined;

  /** @param target URL of the database */
  constructor(private readonly target: string) {
    this.upstream = new MongoClient(target);
  }

  /** Its own URL. */
  get url(): string {
    return `mongodb://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    const { hostname, port } = new URL(this.target);
    this.server = createServer((driver) => {
      const database = connect(Number(port), hostname);
      for (const socket of [driver, database])
        this.sockets.add(
          socket
            .on('error', () => undefined)
            .on('close', () => (driver.destroy(), database.destroy())),
        );
      database.pipe(driver);
      let rest: Buffer = Buffer.alloc(0);
      driver.on('data', (bytes: Buffer) => {
        rest = Buffer.concat([rest, bytes]);
        while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
          const message = rest.subarray(0, rest.readInt32LE(0));
          rest = rest.subarray(message.length);
          void this.pass(message, driver, database);
        }
      });
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    await this.upstream.close();
  }

  private async pass(message: Buffer, driver: Socket, database: Socket): Promise<void> {
    const command = message.readInt32LE(12) === OP_MSG ? commandOf(message) : undefined;
    if (command) this.note(command);
    const answer =
      command &&
      (await this.answer(command).catch((error: Error): Document => ({
        ok: 0,
        code: 1,
        errmsg: error.message,
      })));
    if (answer) driver.write(reply(message.readInt32LE(4), answer));
    else database.write(message);
  }

  private note(command: Document): void {
    this.commands.push(
      Object.fromEntries(
        Object.entries(command).filter(([name]) => name !== 'documents' && name !== 'updates'),
      ),
    );
  }

  /** Undefined: the database is to answer. */
  private async answer(command: Document): Promise<Document | undefined> {
    const whole = this.refuseCommand(command);
    if (whole) return { ok: 0, errmsg: 'refused', ...whole };
    const [name = '', collection] = Object.entries(command)[0] as [string, string];
    const field = DOCUMENTS[name];
    if (!field) return undefined;
    const documents = command[field] as Document[];
    const refusals = documents.map((document) => this.refuse(collection, document));
    if (refusals.every((refusal) => !refusal)) return undefined;
    const indexes = documents.flatMap((_, i) => (refusals[i] ? [] : [i]));
    const {
      $db,
      [field]: _all,
      lsid: _lsid,
      txnNumber: _txn,
      $clusterTime: _time,
      ...options
    } = command;
    const taken =
      indexes.length === 0
        ? { n: 0 }
        : await this.upstream
            .db($db as string)
            .command({ ...options, [field]: indexes.map((i) => documents[i]!) });
    const at = (entries: Document[] = []): Document[] =>
      entries.map((entry) => ({ ...entry, index: indexes[entry['index'] as number]! }));
    const refused = refusals.flatMap((refusal, index) =>
      refusal ? [{ errmsg: 'refused', ...refusal, index }] : [],
    );
    const upserted = at(taken['upserted'] as Document[] | undefined);
    return {
      ...taken,
      ok: 1,
      writeErrors: [...at(taken['writeErrors'] as Document[] | undefined), ...refused],
      ...(upserted.length && { upserted }),
    };
  }
}

/** The command of an OP_MSG, its document sequences put in as arrays. */
function commandOf(message: Buffer): Document {
  const command: Document = {};
  for (let at = HEADER_BYTES + 4; at < message.length;) {
    const kind = message[at++];
    const end = at + message.readInt32LE(at);
    if (kind === 0) Object.assign(command, BSON.deserialize(message.subarray(at, end)));
    else {
      const nameEnd = message.indexOf(0, at + 4);
      const documents: Document[] = [];
      for (let from = nameEnd + 1; from < end; from += message.readInt32LE(from)) {
        documents.push(
          BSON.deserialize(message.subarray(from, from + message.readInt32LE(from)), {
            promoteValues: false,
          }),
        );
      }
      command[message.toString('utf8', at + 4, nameEnd)] = documents;
    }
    at = end;
  }
  return command;
}

function reply(to: number, answer: Document): Buffer {
  const body = BSON.serialize(answer);
  const head = Buffer.alloc(HEADER_BYTES + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(to, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, body]);
}
