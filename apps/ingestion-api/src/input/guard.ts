import type { Authenticator, Unauthorized } from '@iot/credentials';
import { problem } from '@iot/service';
import type { IngestionMetrics } from '../metrics.js';
import type { Exchange } from './answer.js';
import type { Receiver } from './receiver.js';

export interface GuardOptions {
  /** Undefined until the table of keys was read. */
  readonly authenticator: () => Authenticator | undefined;
  readonly receiver: Pick<Receiver, 'refuse' | 'discard'>;
  readonly metrics: Pick<IngestionMetrics, 'rejected' | 'unauthorized'>;
  /** Most bytes that are read of a refused body. */
  readonly limit: number;
}

const SENTENCES: Readonly<Record<Exclude<Unauthorized, 'unavailable'>, string>> = {
  missing: 'A device key is needed: Authorization: Bearer iotk_…',
  unsupported_scheme:
    'Authorization must be Bearer with a device key, or Basic with it as password.',
  malformed: 'What was sent is no device key: it should be iotk_ with 12 and 49 characters.',
  mistyped: 'The device key has a typing error: its checksum is not right.',
  unknown: 'The device key is not known, or was revoked.',
  expired: 'The device key has expired.',
};
const CHALLENGES = 'Bearer realm="telemetry", Basic realm="telemetry"';

/** Lets in who has a device key. */
export class Guard {
  constructor(private readonly options: GuardOptions) {}

  /** The exchange with what its key allows; undefined when it was refused, and answered. */
  admit(exchange: Exchange): Exchange | undefined {
    const authenticator = this.options.authenticator();
    const now = Date.now();
    const found =
      authenticator?.check(exchange.request.headers.authorization, now) ?? 'unavailable';
    // A new object would cost more than the look-up.
    if (typeof found !== 'string') return Object.assign(exchange, { grant: found });
    this.refuse(exchange, found);
    return undefined;
  }

  private refuse(exchange: Exchange, reason: Unauthorized): void {
    const { receiver, metrics, limit } = this.options;
    metrics.unauthorized.inc({ reason });
    metrics.rejected.inc({ reason: 'unauthorized' });
    receiver.discard(exchange, limit);
    if (reason === 'unavailable')
      return receiver.refuse(
        exchange,
        problem(503, 'The server cannot check this key at the moment. Send it again later.'),
        { 'retry-after': '5' },
      );
    // RFC 6750: without credentials there is no error to name.
    const error = reason === 'missing' ? '' : ', error="invalid_token"';
    receiver.refuse(exchange, problem(401, SENTENCES[reason]), {
      'www-authenticate': CHALLENGES.replace(',', `${error},`),
    });
  }
}
