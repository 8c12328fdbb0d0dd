/**
 * Why the API server did not do what it was asked. `forbidden` is for the cluster's administrator,
 * the rest may pass by itself.
 */
export type FailureKind = 'forbidden' | 'unauthorized' | 'gone' | 'refused' | 'unreachable';

/**
 * A call of the API server that failed; `message` says what and why in one line, and holds no
 * credential.
 */
export class KubernetesFailure extends Error {
  override readonly name = 'KubernetesFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message);
  }
}

/** What was asked for, in the words of a Role: `list deployments.apps in namespace iot`. */
export type Permission = string;

interface Thrown {
  readonly message?: string;
  readonly name?: string;
  /** HTTP status, by the generated client; error code, by Node. */
  readonly code?: number | string;
  /** HTTP status, by the watch. */
  readonly statusCode?: number;
  readonly cause?: Thrown;
  readonly errors?: readonly Thrown[];
}

/** What a call threw, as a {@link KubernetesFailure}. */
export function failureOf(thrown: unknown, permission: Permission): KubernetesFailure {
  if (thrown instanceof KubernetesFailure) return thrown;
  const error = (thrown ?? {}) as Thrown;
  // An aborted request comes with a small number as its code.
  const status =
    error.statusCode ??
    (typeof error.code === 'number' && error.code >= 100 ? error.code : undefined);
  return status === undefined ? unreachable(error) : statusFailure(status, permission);
}

/** The failure that a status of the API server means. */
export function statusFailure(status: number, permission: Permission): KubernetesFailure {
  if (status === 403)
    return new KubernetesFailure('forbidden', `missing permission: ${permission}`);
  if (status === 401)
    return new KubernetesFailure(
      'unauthorized',
      'the API server does not accept the credentials: the token has expired or is of another cluster',
    );
  if (status === 410)
    return new KubernetesFailure('gone', 'the API server has forgotten this version');
  return new KubernetesFailure('refused', `the API server answered ${status} to: ${permission}`);
}

function unreachable(error: Thrown): KubernetesFailure {
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return new KubernetesFailure('unreachable', 'the API server does not answer in time');
  const root = rootOf(error);
  const why = typeof root.code === 'string' ? root.code : (root.message ?? 'unknown');
  return new KubernetesFailure('unreachable', `the API server cannot be asked: ${why}`);
}

/** The client wraps what Node says in "fetch failed", and Node what happened on each address. */
function rootOf(error: Thrown): Thrown {
  const next = error.cause ?? error.errors?.[0];
  return next ? rootOf(next) : error;
}
