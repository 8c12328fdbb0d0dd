/**
 * Thrown where a backend, the database or the broker, cannot do what is asked at the moment:
 * waiting may help, and no record is blamed.
 */
export class BackendUnavailable extends Error {
  override readonly name = 'BackendUnavailable';
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
