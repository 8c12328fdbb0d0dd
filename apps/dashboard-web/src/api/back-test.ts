import { LineReader } from '../core/json-lines.js';
import type { BackTestLine } from '../core/back-test-state.js';
import { parse, reach, refusal } from './ask.js';
import { asOneself, csrfToken } from './session.js';

/** A rule on the past. Times are RFC 3339. */
export interface BackTestOf {
  readonly rule: Readonly<Record<string, unknown>>;
  readonly from: string;
  readonly to: string;
}

/**
 * Tries a rule on the stored readings.
 * @param hear is given the lines as they come
 * @param signal ends it, here and in the database
 * @throws ApiError; whatever the signal was aborted with
 */
export async function backTest(
  body: BackTestOf,
  hear: (lines: readonly BackTestLine[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await asOneself(async () => {
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken() };
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
    const answer = await reach('/alert-rules/back-test', init, signal);
    if (!answer.ok) throw refusal(answer.status, parse(await answer.text()));
    return answer;
  });
  const reader = new LineReader();
  const texts = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await texts.read();
    hear((done ? reader.end() : reader.add(value)) as BackTestLine[]);
    if (done) return;
  }
}
