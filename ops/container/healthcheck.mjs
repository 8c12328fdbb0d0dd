/**
 * Exits 0 when the service in this container answers /health/<live or ready> with 200, 1 when not. Asks on the port and with the
 * protocol that the service's own environment gives it. A program that is no service has nothing to ask, and passes.
 */
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { PROGRAMS } from './programs.mjs';

const DEADLINE_MS = 4000;
const { SERVICE = '', HOST, PORT, TLS_CERT_FILE } = process.env;
const port = PROGRAMS[SERVICE]?.port;
if (port === undefined) process.exit(0);

const fail = (why) => {
  console.log(why);
  process.exit(1);
};
const everywhere = HOST === undefined || ['', '0.0.0.0', '::'].includes(HOST);
const options = {
  host: everywhere ? '127.0.0.1' : HOST,
  port: Number(PORT || port),
  path: `/health/${process.argv[2] ?? 'live'}`,
  timeout: DEADLINE_MS,
  // The certificate is made for the name that clients use, and this is no client's connection.
  rejectUnauthorized: false,
};
(TLS_CERT_FILE ? https : http)(options, (response) => {
  let body = '';
  response.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  response.on('end', () => (response.statusCode === 200 ? process.exit(0) : fail(`${response.statusCode} ${body}`)));
})
  .on('timeout', () => fail(`no answer within ${DEADLINE_MS} ms`))
  .on('error', (error) => fail(error.message))
  .end();
