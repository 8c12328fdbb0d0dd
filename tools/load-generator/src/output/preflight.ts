import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { causeOf } from './http-target.js';

/**
 * Asks the target before the run whether it is there, and whether it takes the key.
 * @returns a line that says what is wrong with it; undefined when a run makes sense
 */
export async function preflight(
  baseUrl: URL,
  timeoutMs: number,
  authorization?: string,
): Promise<string | undefined> {
  const shown = baseUrl.href.replace(/\/$/, '');
  try {
    const url = new URL(`${baseUrl.pathname.replace(/\/$/, '')}/health/live`, baseUrl);
    const answer = await request(url, {
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.body.text();
    const type = String(answer.headers['content-type'] ?? '');
    if (type.includes('html') || /^\s*<(!doctype|html)/i.test(text))
      return `${shown} answers with an HTML page: it is some other web server; give the address of the ingestion API with --base-url`;
    return authorization && (await refusedKey(baseUrl, timeoutMs, authorization));
  } catch (error) {
    const slow = (error as Error).name === 'TimeoutError';
    return slow
      ? `${shown} did not answer /health/live within ${timeoutMs / 1000} s: is it hung, or is another program on that port?`
      : `cannot reach ${shown}: ${causeOf(error)}; start the ingestion API (npm start) or give its address with --base-url`;
  }
}

/**
 * Sends a reading that is none, with the key. A key that was made a moment ago may take one more to
 * be known everywhere.
 */
async function refusedKey(
  baseUrl: URL,
  timeoutMs: number,
  authorization: string,
): Promise<string | undefined> {
  const url = new URL(`${baseUrl.pathname.replace(/\/$/, '')}/ingest`, baseUrl);
  const headers = { authorization, 'content-type': 'application/json' };
  for (const end = Date.now() + timeoutMs; ; await sleep(200)) {
    const answer = await request(url, { method: 'POST', headers, body: '{}' });
    const text = await answer.body.text();
    if (answer.statusCode !== 401) return undefined;
    if (Date.now() > end) return `${baseUrl.origin} refuses the key: ${text.slice(0, 300)}`;
  }
}
