import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Who talks to the API server, with the groups it is in. */
const USERS = {
  admin: ['system:masters'],
  'system:kube-controller-manager': [],
  'system:kube-scheduler': [],
  kwok: [],
} as const satisfies Record<string, readonly string[]>;

export type User = keyof typeof USERS;
export type Tokens = Readonly<Record<User, string>>;

/**
 * A random token for each user of the control plane. They, and not certificates, say who someone
 * is: nothing has to be signed.
 */
export function newTokens(): Tokens {
  return Object.fromEntries(
    Object.keys(USERS).map((user) => [user, randomBytes(24).toString('hex')]),
  ) as Record<User, string>;
}

/** The file for kube-apiserver's --token-auth-file. */
export function tokenFile(tokens: Tokens): string {
  return Object.entries(USERS)
    .map(([user, groups]) => `${tokens[user as User]},${user},${user},"${groups.join(',')}"\n`)
    .join('');
}

/** The key that signs the tokens of service accounts, as PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'sec1', format: 'pem' })
    .toString();
}

/** A kubeconfig (JSON is YAML too) for one bearer token. `certificateAuthority` is PEM text. */
export function kubeconfigFor(
  server: string,
  certificateAuthority: string,
  token: string,
  namespace = 'default',
): string {
  const name = 'local-cluster';
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name,
          cluster: {
            server,
            'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
          },
        },
      ],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      'current-context': name,
    },
    undefined,
    2,
  );
}
