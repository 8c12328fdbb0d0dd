import { request } from 'undici';
import { causeOf } from './http-target.js';

/**
 * Asks the target one question before the run.
 * @returns a line that says what is wrong with it; undefined when a run makes sense
 */
export async function preflight(baseUrl: URL, timeoutMs: number): Promise<string | undefined> {
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
    return undefined;
  } catch (error) {
    const slow = (error as Error).name === 'TimeoutError';
    return slow
      ? `${shown} did not answer /health/live within ${timeoutMs / 1000} s: is it hung, or is another program on that port?`
      : `cannot reach ${shown}: ${causeOf(error)}; start the ingestion API (npm start) or give its address with --base-url`;
  }
}
