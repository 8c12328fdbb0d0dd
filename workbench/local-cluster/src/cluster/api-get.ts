import { request } from 'node:https';

const TIMEOUT_MS = 5000;

/**
 * GET from a server on this machine, whose certificate is one that it made for itself. @throws when
 * it does not answer within 5 s
 */
export function apiGet(
  url: string,
  token: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      headers: { authorization: `Bearer ${token}` },
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
      agent: false as const,
    };
    const sent = request(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    sent.on('timeout', () =>
      sent.destroy(new Error(`${url} did not answer within ${TIMEOUT_MS} ms`)),
    );
    sent.on('error', reject);
    sent.end();
  });
}
