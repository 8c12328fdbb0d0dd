import type { LoadEvent } from './event.js';

/**
 * An HTTP answer. `body` may be left empty for a 202 to a single reading, where nothing is asked of
 * it.
 */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The Retry-After header. */
  readonly retryAfter: string | undefined;
}

/** No answer: why, in a few words that are the same for the same cause. */
export interface NoAnswer {
  readonly status: undefined;
  readonly reason: string;
}

/**
 * What an answer means for the events of its request. `refused` are the indices that the API named
 * as wrong; the others are accepted. `failed` says why nothing of the request was taken for
 * certain.
 */
export type Judgement =
  | { readonly failed: undefined; readonly refused: ReadonlySet<number>; readonly why: string }
  | {
      readonly failed: string;
      readonly retryable: boolean;
      readonly retryAfter: string | undefined;
    };

const NONE: Judgement = { failed: undefined, refused: new Set(), why: '' };
const RETRYABLE = new Set([408, 425, 429]);
const EXCERPT = 120;

interface Said {
  readonly rejected?: number;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly {
    readonly index?: number;
    readonly field?: string;
    readonly message?: string;
  }[];
}

function parsed(body: string): Said | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Said) : undefined;
  } catch {
    return undefined;
  }
}

const isHtml = (answer: Answer): boolean =>
  answer.contentType.includes('html') || /^\s*<(!doctype|html)/i.test(answer.body);

/** The first of the errors as a sentence. */
function firstError(said: Said | undefined, skip?: (index: number) => boolean): string {
  const error = said?.errors?.find(({ index }) => index === undefined || !skip?.(index));
  return error
    ? `${error.field ?? ''} ${error.message ?? ''}`.trim()
    : (said?.detail ?? said?.title ?? '');
}

/**
 * Reads the ingestion API's answer to a request, or that of a broker, which takes everything
 * (`blind`): broken events count as refused there, and whether they were is seen in what is stored.
 */
export function judge(
  answer: Answer | NoAnswer,
  events: readonly LoadEvent[],
  batched: boolean,
  blind = false,
): Judgement {
  if (answer.status === undefined)
    return { failed: answer.reason, retryable: !blind, retryAfter: undefined };
  if (blind) {
    const broken = [...events.keys()].filter((index) => events[index]!.bad !== undefined);
    return { failed: undefined, refused: new Set(broken), why: '' };
  }
  const { status } = answer;
  const fail = (failed: string): Judgement => ({
    failed,
    retryable: status >= 500 || RETRYABLE.has(status),
    retryAfter: answer.retryAfter,
  });
  if (status === 202 && !batched && !answer.contentType.includes('html')) return NONE;
  if (isHtml(answer))
    return fail(`status ${status} with an HTML page: --base-url is not the ingestion API`);
  const said = parsed(answer.body);
  if (status === 202) {
    if (said?.rejected === undefined)
      return fail(
        `status 202 without the number of rejected readings: ${answer.body.slice(0, EXCERPT)}`,
      );
    return said.rejected === 0
      ? NONE
      : {
          failed: undefined,
          refused: named(said, events),
          why: firstError(said, (index) => events[index]?.bad !== undefined),
        };
  }
  if (status === 400 && said)
    return {
      failed: undefined,
      refused: new Set(events.keys()),
      why: firstError(said, (index) => events[index]?.bad !== undefined),
    };
  const detail = firstError(said) || answer.body.slice(0, EXCERPT).replace(/\s+/g, ' ').trim();
  return fail(`status ${status}${detail ? `: ${detail}` : ''}`);
}

/**
 * The indices that the answer names. A list that was cut short is filled up with events that had to
 * be refused, then with the last ones.
 */
function named(said: Said, events: readonly LoadEvent[]): Set<number> {
  const refused = new Set<number>();
  for (const { index } of said.errors ?? []) if (index !== undefined) refused.add(index);
  const missing = (): boolean => refused.size < (said.rejected ?? 0);
  for (const [index, event] of events.entries())
    if (missing() && event.bad !== undefined) refused.add(index);
  for (let index = events.length - 1; index >= 0 && missing(); index--) refused.add(index);
  return refused;
}
