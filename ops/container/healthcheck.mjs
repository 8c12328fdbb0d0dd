/**
 * Exits 0 when the service in this container answers /health/<live or ready> with 200, 1 when not.
 * Asks on the port and with the protocol that the service's own environment gives it. A program
 * that is no service has nothing to ask, and passes.
 */
import { PROGRAMS } from './programs.mjs';

const DEADLINE_MS = 4000;
const { SERVICE = '', HOST = '', PORT, TLS_CERT_FILE } = process.env;
const usual = PROGRAMS[SERVICE]?.port;
if (usual === undefined) process.exit(0);

const fail = (why) => {
  console.log(why);
  process.exit(1);
};
// The certificate is made for the name that clients use, and this is no client's connection.
const at = {
  host: ['', '0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST,
  port: Number(PORT || usual),
  rejectUnauthorized: false,
};
// Sockets of our own: this runs for ever, and node:http alone costs twice what the rest of it does.
const { connect } = await import(TLS_CERT_FILE ? 'node:tls' : 'node:net');
const socket = connect(at, () =>
  socket.write(`GET /health/${process.argv[2] ?? 'live'} HTTP/1.0\r\nHost: localhost\r\n\r\n`),
);
let answer = '';
socket.setTimeout(DEADLINE_MS, () => fail(`no answer within ${DEADLINE_MS} ms`));
socket.on('error', (error) => fail(error.message));
socket.setEncoding('utf8').on('data', (chunk) => (answer += chunk));
socket.on('end', () =>
  /^HTTP\/1\.\d 200 /.test(answer) ? process.exit(0) : fail(answer || 'no answer'),
);
