import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Rule } from './rule.js';

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * What is wrong with a file of PEM certificates, in the words that follow "allowed: "; undefined:
 * nothing.
 */
export function certificateProblem(path: string): string | undefined {
  return problem('a PEM file of certificates', () => {
    const found = readFileSync(path, 'utf8').match(CERTIFICATE);
    if (!found) throw new Error('there is no certificate in it');
    for (const one of found) new X509Certificate(one);
  });
}

function keyProblem(path: string): string | undefined {
  return problem(
    'a PEM file of a private key without a passphrase',
    () => void createPrivateKey(readFileSync(path, 'utf8')),
  );
}

function problem(allowed: string, look: () => void): string | undefined {
  try {
    look();
    return undefined;
  } catch (error) {
    return `${allowed} (${(error as Error).message.split('\n')[0]})`;
  }
}

/** A certificate and its key: both or none, readable, and of each other. */
export const keyPairRule = (certificate: string, key: string): Rule => ({
  of: [certificate, key],
  problems: (values) => {
    const [certFile, keyFile] = [String(values[certificate]), String(values[key])];
    if (certFile === '' && keyFile === '') return [];
    const [there, missing] = certFile === '' ? [key, certificate] : [certificate, key];
    if (certFile === '' || keyFile === '')
      return [
        `${there} is ${JSON.stringify(values[there])} and ${missing} is not set; allowed: both or none`,
      ];
    const lines = [
      [certificate, certFile, certificateProblem(certFile)] as const,
      [key, keyFile, keyProblem(keyFile)] as const,
    ].flatMap(([variable, file, wrong]) =>
      wrong ? [`${variable} is ${JSON.stringify(file)}; allowed: ${wrong}`] : [],
    );
    if (lines.length > 0) return lines;
    const together = problem('the key of that certificate', () => {
      createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    });
    return together
      ? [
          `${key} is ${JSON.stringify(keyFile)} and ${certificate} is ${JSON.stringify(certFile)}; allowed: ${together}`,
        ]
      : [];
  },
});
