import { spawn } from 'node:child_process';

/*
 * A child that somebody has got hold of: it stands before the real one and passes everything on,
 * but lies about a run with a machine named `lies-<how>`. It is started by Node as it is here, and
 * has its own idea of frames.
 */
interface Answer {
  header: Record<string, unknown>;
  body: string;
}

const frame = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length, 0);
  return Buffer.concat([length, bytes]);
};
const frameOf = ({ header, body }: Answer): Buffer => frame(`${JSON.stringify(header)}\n${body}`);
const altered =
  (change: (answer: Answer) => void) =>
  (answer: Answer): Buffer => {
    change(answer);
    return frameOf(answer);
  };
const lastLine = /=.*\n$/;

/** Each makes of the real answer what is sent in its place. */
const LIES: Readonly<Record<string, (answer: Answer) => Buffer>> = {
  nothing: () => frame(''),
  'no-header': () => frame('no line break'),
  'no-json': () => frame('{"id":\n1\n'),
  'null-header': () => frame('null\n'),
  'huge-frame': () => Buffer.from([255, 255, 255, 255, 1, 2, 3]),
  'long-frame': () => Buffer.concat(Array<Buffer>(40).fill(Buffer.alloc(1 << 20, 'x'))),
  'other-id': altered(({ header }) => (header['id'] = (header['id'] as number) + 1)),
  'id-before': altered(({ header }) => (header['id'] = (header['id'] as number) - 1)),
  'no-times': altered(({ header }) => delete header['took']),
  'few-times': altered(({ header }) => (header['took'] = [])),
  'text-times': altered(({ header }) => (header['took'] = ['1', '2', '3', '4'])),
  'no-body': altered((answer) => (answer.body = '')),
  'few-machines': altered((answer) => (answer.body = answer.body.replace(lastLine, ''))),
  'few-readings': altered((answer) => (answer.body = '=1\n=1\n=1\n')),
  'many-readings': altered((answer) => (answer.body = '0\n'.repeat(1000) + answer.body)),
  'more-after': altered((answer) => (answer.body += '=1\n')),
  'not-ended': altered((answer) => (answer.body = answer.body.slice(0, -1))),
  'state-no-json': altered(
    (answer) => (answer.body = answer.body.replace(lastLine, '=1,1,[]],[2\n')),
  ),
  'state-large': altered(
    (answer) => (answer.body = answer.body.replace(lastLine, `="${'x'.repeat(70_000)}"\n`)),
  ),
  'results-large': altered(
    (answer) => (answer.body = answer.body.replace(/^1\n.*\n/, `1\n"${'x'.repeat(70_000)}"\n`)),
  ),
  'results-many': altered((answer) => (answer.body = `1e9\n${answer.body}`)),
  'results-negative': altered((answer) => (answer.body = `-1\n${answer.body}`)),
  'results-no-count': altered((answer) => (answer.body = `x\n${answer.body}`)),
  'error-null': altered((answer) => (answer.body = '!null\n=\n=1\n=1\n')),
  'error-no-text': altered((answer) => (answer.body = '!{"name":1}\n=\n=1\n=1\n')),
  'error-then-more': altered((answer) => (answer.body = `!{"name":"a"}\n${answer.body}`)),
  'abort-null': altered(({ header }) => (header['abort'] = null)),
  'abort-nowhere': altered(
    ({ header }) => (header['abort'] = { at: 99, name: 'TimeoutError', message: '' }),
  ),
  'abort-odd-name': altered(
    ({ header }) => (header['abort'] = { at: 0, name: '__proto__', message: '' }),
  ),
  'abort-no-text': altered(
    ({ header }) => (header['abort'] = { at: 0, name: 'TimeoutError', message: {} }),
  ),
  'missing-for-ever': altered(
    (answer) => (answer.header = { id: answer.header['id'], missing: 1 }),
  ),
};

let how: string | undefined;
const [command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
child.on('exit', () => process.exit(1));
process.stdin.on('data', (chunk: Buffer) => {
  how = /"device_id":"lies-([a-z-]+)"/.exec(chunk.toString('latin1'))?.[1];
  child.stdin.write(chunk);
});
process.stdin.on('end', () => child.kill('SIGKILL'));

let held = Buffer.alloc(0);
child.stdout.on('data', (chunk: Buffer) => {
  held = Buffer.concat([held, chunk]);
  while (held.length >= 4 && held.length >= 4 + held.readUInt32LE(0)) {
    const end = 4 + held.readUInt32LE(0);
    tell(held.subarray(4, end), held.subarray(0, end));
    held = held.subarray(end);
  }
});

function tell(bytes: Buffer, whole: Buffer): void {
  const text = bytes.toString();
  const line = text.indexOf('\n');
  const isRun = text.includes('"took"');
  if (how === 'twice' && isRun) process.stdout.write(Buffer.concat([whole, whole]));
  else if (how === 'beats' && isRun) setInterval(() => process.stdout.write(Buffer.alloc(4)), 20);
  else if (how !== undefined && LIES[how] && isRun)
    process.stdout.write(
      LIES[how]({
        header: JSON.parse(text.slice(0, line)) as Answer['header'],
        body: text.slice(line + 1),
      }),
    );
  else process.stdout.write(whole);
}
