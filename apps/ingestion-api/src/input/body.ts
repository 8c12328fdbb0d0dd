import type { IncomingMessage } from 'node:http';
import { inflating, type BodyOptions, type Decoder } from './inflating.js';
import { Refusal, tooLarge } from './refusal.js';

/**
 * Reads a request's body. `done` is called once: with nothing when all of it was taken, or with why
 * not. The rest of a refused body is read and thrown away, so that its sender gets to see the
 * answer.
 */
export function readBody(
  request: IncomingMessage,
  options: BodyOptions,
  done: (error?: Error) => void,
): void {
  const { hold } = options;
  const declared = Number(request.headers['content-length'] ?? 0);
  let finished = false;
  const finish = (error?: Error): void => {
    if (finished) return;
    finished = true;
    hold.arrived();
    if (error) decoder.abort?.();
    done(error);
  };
  const decoder: Decoder =
    declared > options.limit
      ? refuseAll(tooLarge(options.limit))
      : options.encoding === 'identity'
        ? plain(options, finish)
        : inflating(options, finish);
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (finished) return discard(request, received, options.limit);
    try {
      if (received > options.limit) throw tooLarge(options.limit);
      // A small body comes in one piece, and is none of those that are waited for.
      if (received !== declared) hold.arrives(finish);
      hold.moved += chunk.length;
      decoder.write(chunk);
    } catch (error) {
      finish(error as Error);
    }
  });
  request.on('end', () => {
    if (finished) return;
    hold.arrived();
    try {
      decoder.end();
    } catch (error) {
      finish(error as Error);
    }
  });
  const gone = (): void => finish(new Refusal('aborted', 400, 'The body ended early.'));
  request.on('error', gone);
  request.on('close', () => {
    if (!request.complete) gone();
  });
  if (declared > options.limit) finish(tooLarge(options.limit));
}

const refuseAll = (refusal: Refusal): Decoder => ({
  write: () => {
    throw refusal;
  },
  end: () => undefined,
});

const plain = ({ take }: BodyOptions, finish: (error?: Error) => void): Decoder => ({
  write: take,
  end: () => finish(),
});

/** A refused sender may go on for a while; one that sends without end is cut off. */
function discard(request: IncomingMessage, received: number, limit: number): void {
  if (received > limit * 4) request.destroy();
}
