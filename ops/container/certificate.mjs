/**
 * The certificate of the front door where there is none of an authority:
 *   node ops/container/certificate.mjs DIR NAME …    for these host names and addresses
 * Writes front-door.crt, front-door.key, and front-door.pem with both. What is there stays while it
 * is good for another month and for all of the names, so clients may keep the certificate to know
 * the front door by.
 */
import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfSigned } from './x509.mjs';

/** Some clients refuse what is valid for longer. */
const DAYS = 397;
const RENEW_MS = 30 * 86_400_000;

/** @returns why there has to be another certificate, or undefined */
function wanting(folder, names, now) {
  let text;
  try {
    text = readFileSync(join(folder, 'front-door.pem'), 'utf8');
  } catch {
    return 'there was none';
  }
  try {
    const certificate = new X509Certificate(text);
    if (Date.parse(certificate.validTo) - now < RENEW_MS) return 'the last one ends';
    const missing = names.filter((name) =>
      isIP(name) ? !certificate.checkIP(name) : !certificate.checkHost(name),
    );
    return missing.length > 0 ? `the last one is not for ${missing.join(', ')}` : undefined;
  } catch {
    return 'the last one cannot be read';
  }
}

/**
 * Makes the files where they are needed: each whole or not at all, the one that is looked at last.
 *
 * @returns why they were made, or undefined when they were not
 */
export function makeCertificate(folder, names, now, mode = 0o444) {
  mkdirSync(folder, { recursive: true });
  const why = wanting(folder, names, now);
  if (why === undefined) return undefined;
  const { key, certificate } = selfSigned(names, DAYS, now);
  const files = { key, crt: certificate, pem: certificate + key };
  for (const [kind, text] of Object.entries(files)) {
    const draft = join(folder, `.${randomUUID()}`);
    writeFileSync(draft, text, { mode });
    renameSync(draft, join(folder, `front-door.${kind}`));
  }
  return why;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...given] = process.argv.slice(2);
  const names = given.flatMap((argument) => argument.split(/[\s,]+/)).filter(Boolean);
  if (!folder || names.length === 0) {
    console.error('give a folder, and the names that the certificate is for');
    process.exit(1);
  }
  const why = makeCertificate(folder, names, Date.now());
  console.log(why ? `made a certificate for ${names.join(', ')}: ${why}` : 'it is there');
}
