import { addressOf } from './ask.js';
import type { Api } from './schema.js';
import { askAsOneself } from './session.js';

export { addressOf, ApiError } from './ask.js';

/** Paths that can be read. */
type Readable = { [P in keyof Api]: Api[P] extends { get: unknown } ? P : never }[keyof Api];
export type QueryOf<P extends Readable> = Api[P] extends { get: { query: infer Q } } ? Q : never;
export type AnswerOf<P extends Readable> = Api[P] extends { get: { answer: infer A } } ? A : never;

/** Reads a path of the API. @throws ApiError; status 0 where no answer came */
export async function read<P extends Readable>(
  path: P,
  query: QueryOf<P>,
  { id, signal }: { id?: string; signal?: AbortSignal } = {},
): Promise<AnswerOf<P>> {
  return (await askAsOneself(addressOf(path, query as Readonly<Record<string, unknown>>, id), {
    signal: signal ?? null,
  })) as AnswerOf<P>;
}
