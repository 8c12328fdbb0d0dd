/**
 * Makes those secrets of an installation that are not there yet, and leaves those that are:
 *   node ops/container/secrets.mjs --dir DIR       a file for each, for this user alone
 *   node ops/container/secrets.mjs --shared DIR    readable by all who are given the folder
 *   node ops/container/secrets.mjs --secret NAME   in a pod: in a Secret of its namespace
 * Prints which it made, never what they are.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ATTEMPTS = 5;
const { KUBERNETES_ACCOUNT_DIR: ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount' } =
  process.env;

/** What there is to be, by the name of its file or of its key in the Secret. */
export const SECRETS = {
  'credentials-secret': () => randomBytes(32).toString('base64url'),
  'signing-key': () =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  'admin-password': () => randomBytes(15).toString('base64url'),
};

/**
 * Makes the missing files of a folder. Of two that do it at once one wins, and none sees half a
 * file.
 *
 * @param mode of the files @returns the names that were made
 */
export function makeFiles(folder, mode) {
  mkdirSync(folder, { recursive: true, mode: mode === 0o400 ? 0o700 : 0o755 });
  return Object.entries(SECRETS).flatMap(([name, make]) => {
    const path = join(folder, name);
    if (existsSync(path)) return [];
    const draft = join(folder, `.${randomUUID()}`);
    writeFileSync(draft, make(), { mode });
    try {
      linkSync(draft, path);
      return [name];
    } catch (error) {
      if (error.code === 'EEXIST') return [];
      throw error;
    } finally {
      rmSync(draft);
    }
  });
}

/**
 * Makes the missing keys of a Secret, and the Secret where there is none.
 *
 * @param ask (method, path, body) => { status, body } of the API server
 * @returns the keys that were made @throws what the API server refused
 */
export async function makeSecret(ask, { namespace, name, labels }) {
  const all = `/api/v1/namespaces/${namespace}/secrets`;
  const path = `${all}/${name}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await ask('GET', path);
    const present = found.body.data ?? {};
    const missing = Object.keys(SECRETS).filter((key) => !present[key]);
    if (found.status === 200 && missing.length === 0) return [];
    if (found.status !== 200 && found.status !== 404) throw refused('read', name, found);
    const data = Object.fromEntries(
      missing.map((key) => [key, Buffer.from(SECRETS[key]()).toString('base64')]),
    );
    const written =
      found.status === 404
        ? await ask('POST', all, {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name, namespace, labels },
            type: 'Opaque',
            data,
          })
        : // With the version that was read: what somebody else adds meanwhile is not written over.
          await ask('PATCH', path, {
            metadata: { resourceVersion: found.body.metadata.resourceVersion },
            data,
          });
    if (written.status < 300) return missing;
    if (written.status !== 409) throw refused('write', name, written);
  }
  throw new Error(`the Secret ${name} was changed by others again and again`);
}

const refused = (what, name, { status, body }) =>
  new Error(`cannot ${what} the Secret ${name}: ${status} ${body.message ?? ''}`);

/** Asks the API server as the pod's account. */
function apiServer() {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (!host) throw new Error('KUBERNETES_SERVICE_HOST is not set; --secret is for a pod');
  const token = readFileSync(`${ACCOUNT}/token`, 'utf8').trim();
  const agent = new Agent({ ca: readFileSync(`${ACCOUNT}/ca.crt`) });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      };
      const signal = AbortSignal.timeout(20_000);
      const asked = request(
        { agent, host, port, method, path, headers, signal },
        async (answer) => {
          try {
            resolve({ status: answer.statusCode, body: await json(answer) });
          } catch (error) {
            reject(error);
          }
        },
      );
      asked.on('error', reject);
      asked.end(body && JSON.stringify(body));
    });
}

async function main([option, target, ...rest]) {
  if (!['--dir', '--shared', '--secret'].includes(option) || !target || rest.length > 0)
    throw new Error('give --dir DIR, --shared DIR or --secret NAME');
  if (option !== '--secret') return makeFiles(target, option === '--dir' ? 0o400 : 0o444);
  return makeSecret(apiServer(), {
    namespace: readFileSync(`${ACCOUNT}/namespace`, 'utf8').trim(),
    name: target,
    labels: JSON.parse(process.env.LABELS || '{}'),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const made = await main(process.argv.slice(2));
    console.log(made.length > 0 ? `made: ${made.join(', ')}` : 'all secrets are there');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
