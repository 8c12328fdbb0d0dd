import { ApiError } from '../../api/ask.js';

/** How it went with several things. */
export interface Outcome {
  readonly done: number;
  /** Somebody else was first, which is as good. */
  readonly before: number;
  /** What the API said of the others, each once. */
  readonly failed: readonly string[];
}

const AT_A_TIME = 4;
const CONFLICT = 409;

/**
 * Does the same with each, a few at a time; what fails keeps the others from nothing.
 * @param act answers `before` where somebody else was first
 */
export async function actOnEach<T>(
  all: readonly T[],
  act: (one: T) => Promise<unknown>,
): Promise<Outcome> {
  const rest = [...all];
  const failed = new Set<string>();
  let [done, before] = [0, 0];
  const work = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift())
      try {
        if ((await act(one)) === 'before') before++;
        else done++;
      } catch (error) {
        if (error instanceof ApiError && error.status === CONFLICT) before++;
        else failed.add((error as Error).message);
      }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { done, before, failed: [...failed] };
}

/** That in words. */
export const outcomeText = (what: string, { done, before, failed }: Outcome): string =>
  [
    ...(done > 0 ? [`${done} ${what}.`] : []),
    ...(before > 0 ? [`${before} changed before: somebody else was first.`] : []),
    ...failed,
  ].join(' ');
