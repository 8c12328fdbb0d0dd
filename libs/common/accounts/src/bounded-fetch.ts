import { ProviderUnavailable } from './refusals.js';

export const TIMEOUT_MS = 5000;
const MOST_BYTES = 262_144;

interface Asked {
  readonly method?: string;
  readonly headers?: Headers | Record<string, string>;
  readonly body?: URLSearchParams | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches JSON, within a time and a size, from where it was asked alone. To a POST a no is an
 * answer too.
 * @throws ProviderUnavailable
 */
export async function boundedFetch(url: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', headers, body, signal } = asked;
  try {
    const response = await fetch(url, {
      method,
      redirect: 'error',
      headers: { accept: 'application/json', ...Object.fromEntries(new Headers(headers)) },
      ...(body && { body }),
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    });
    const { status } = response;
    if (status !== 200 && (method !== 'POST' || status >= 500))
      throw new Error(`it answers ${status}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new Error('it answers too much');
      chunks.push(chunk);
    }
    const type = response.headers.get('content-type') ?? 'application/octet-stream';
    return new Response(Buffer.concat(chunks), { status, headers: { 'content-type': type } });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new ProviderUnavailable((cause as Error | undefined)?.message ?? message);
  }
}
