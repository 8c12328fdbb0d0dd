/** An answer that is an error, in the words of the API. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    message: string,
    readonly errors: readonly { readonly field: string; readonly message: string }[] = [],
  ) {
    super(message);
  }
}

const WITHIN_MS = 20_000;

/** The address of a path of the API with its parameters; those that are undefined are left out. */
export function addressOf(
  path: string,
  query: Readonly<Record<string, unknown>> = {},
  id?: string,
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const where = id === undefined ? path : path.replace(/\{\w+\}/, encodeURIComponent(id));
  return given.length > 0 ? `${where}?${search}` : where;
}

/** Asks the API for JSON. @throws ApiError; status 0 where no answer came */
export async function ask(address: string, init: RequestInit = {}): Promise<unknown> {
  const timeout = AbortSignal.timeout(WITHIN_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const headers = { accept: 'application/json', ...init.headers };
  const response = await reach(address, { ...init, headers, signal }, init.signal);
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body;
  throw refusal(response.status, body);
}

/** Sends a request. @param given of the caller: an end by it is no fault. @throws ApiError 0 */
export async function reach(
  address: string,
  init: RequestInit,
  given: AbortSignal | null | undefined,
): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (given?.aborted) throw error;
    throw new ApiError(0, 'The server does not answer. Is this machine connected?');
  }
}

/** The error that an answer tells of. @param body parsed; undefined where it is no JSON */
export function refusal(status: number, body: unknown): ApiError {
  const { detail, errors } = (body ?? {}) as { detail?: string; errors?: [] };
  return new ApiError(status, detail ?? `The server answered ${status}.`, errors);
}

export function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
