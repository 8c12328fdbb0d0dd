/** What was asked for cannot be done; `message` is for the one who asked. */
export class AccountRefusal extends Error {
  override readonly name = 'AccountRefusal';

  constructor(
    readonly reason: 'unknown' | 'taken' | 'last_admin' | 'invalid',
    message: string,
  ) {
    super(message);
  }
}

/** Too many want the same at this moment: it may be tried again. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

/** The identity provider cannot be asked for its keys. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}
