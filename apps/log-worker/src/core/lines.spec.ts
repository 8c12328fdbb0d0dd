import fc from 'fast-check';
import { documentOf } from './lines.js';
import { readRecord } from './read-record.js';

const AT = Date.parse('2026-01-31T12:00:00Z');
const record = { topic: 't', partition: 1, offset: '7', receivedAt: AT };
const now = new Date(AT + 1000);
const read = (value: unknown) =>
  readRecord(
    Buffer.isBuffer(value)
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  ).lines.map((line, part) => documentOf(line, record, part, now));
const SECRET = `iotk_kAAAAAAAAAAA_${'b'.repeat(49)}`;

it('makes a document of whatever comes, bounded and without secrets', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(SECRET));
  const value = fc.oneof(
    text,
    fc.jsonValue(),
    fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom('timestamp', 'body', 'level', 'id', 'resource', 'attributes', 'trace_id'),
        fc.constantFrom('resourceLogs', 'service', 'severity_number', 'device_id', 'time'),
      ),
      fc.oneof(text, fc.jsonValue(), fc.array(fc.jsonValue()), fc.double()),
    ),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(20_000).map((n) => ({ body: 'x'.repeat(n), attributes: { a: 'y'.repeat(n) } })),
  );
  fc.assert(
    fc.property(value, (sent) => {
      for (const document of read(sent)) {
        expect(document.timestamp.getTime()).toBeGreaterThan(0);
        expect(document.timestamp.getTime()).toBeLessThanOrEqual(AT + 300_000);
        expect(document.body.length).toBeLessThanOrEqual(8000);
        expect(document._id.length).toBeLessThan(300);
        expect(document.service.length).toBeGreaterThan(0);
        expect(document.attributes.length).toBeLessThanOrEqual(16_000);
        expect(typeof JSON.parse(document.attributes)).toBe('object');
        expect(JSON.stringify(document)).not.toContain('bbbbbb');
      }
    }),
    { numRuns: 150 },
  );
});

it.each([
  ['2026-01-31T11:59:00Z', '2026-01-31T11:59:00.000Z'],
  [1769860740, '2026-01-31T11:59:00.000Z'],
  [1769860740.5, '2026-01-31T11:59:00.500Z'],
  ['1769860740000', '2026-01-31T11:59:00.000Z'],
  [1769860740000000, '2026-01-31T11:59:00.000Z'],
  ['1769860740000000000', '2026-01-31T11:59:00.000Z'],
  ['2026-01-31T12:04:59Z', '2026-01-31T12:04:59.000Z'],
  ['2026-01-31T12:06:00Z', '2026-01-31T12:00:00.000Z'],
  ['yesterday', '2026-01-31T12:00:00.000Z'],
  [-5, '2026-01-31T12:00:00.000Z'],
  [null, '2026-01-31T12:00:00.000Z'],
])('takes %j for the time %s', (time, is) => {
  expect(read({ timestamp: time })[0]!.timestamp.toISOString()).toBe(is);
});

it.each([
  [{ severity_number: 18 }, 'error'],
  [{ level: 'WARNING' }, 'warn'],
  [{ severity: 'Critical' }, 'fatal'],
  [{ severity_number: 0, severity_text: 'DEBUG3' }, 'debug'],
  [{ level: 30 }, 'info'],
  [{ level: 50 }, 'error'],
  [{ level: 7 }, 'info'],
  [{}, 'info'],
])('takes %j for %s', (said, level) => {
  expect(read(said)[0]).toMatchObject({ level });
});

it('knows the names that other loggers have', () => {
  expect(
    read({
      '@timestamp': AT,
      message: 'm',
      service: 'nginx',
      status: 502,
      trace_id: 'F'.repeat(32),
    }),
  ).toMatchObject([
    {
      _id: 't/1/7/0',
      body: 'm',
      service: 'nginx',
      trace_id: 'f'.repeat(32),
      attributes: '{"status":502}',
    },
  ]);
  expect(read({ trace_id: '0'.repeat(32), span_id: 'zz' })[0]).not.toHaveProperty('trace_id');
});

it('takes an id for the name of a line only where it is one of ours', () => {
  expect(read({ id: 'x-1', resource: {} })[0]).toMatchObject({ _id: 'x-1/0', attributes: '{}' });
  expect(read({ id: 7, message: 'order placed' })[0]).toMatchObject({
    _id: 't/1/7/0',
    attributes: '{"id":7}',
  });
});

it('keeps what it does not use of the names that it knows', () => {
  expect(
    read({ message: 'm', msg: 'n', time: AT, ts: 'then', level: 'warn', severity: 3 })[0],
  ).toMatchObject({ body: 'm', attributes: '{"msg":"n","ts":"then","level":"warn"}' });
  expect(read({ message: 'm', resource: 'r', attributes: [1] })[0]).toMatchObject({
    attributes: '{"resource":"r","attributes":[1]}',
  });
});

it.each([
  [
    // Of its own loggers, with dots in the names or without.
    'Elastic Common Schema',
    {
      '@timestamp': '2026-01-31T11:59:00.123456Z',
      'log.level': 'ERROR',
      message: 'm',
      service: { name: 'shop' },
      'trace.id': 'a'.repeat(32),
    },
    { service: 'shop', level: 'error', body: 'm', trace_id: 'a'.repeat(32) },
  ],
  [
    'its nested form',
    { message: 'm', log: { level: 'warn' }, service: { name: 'shop' } },
    { service: 'shop', level: 'warn', body: 'm' },
  ],
  [
    'Fluent Bit of a container',
    {
      '@timestamp': 1769860740.123456,
      stream: 'stderr',
      log: 'm',
      kubernetes: { container_name: 'nginx', pod_name: 'nginx-1' },
    },
    { service: 'nginx', body: 'm', timestamp: new Date('2026-01-31T11:59:00.123Z') },
  ],
])('reads a line of %s', (_, said, document) => {
  expect(read(said)).toMatchObject([document]);
});

it('says what came where it is no text, and takes a text of another character set for one', () => {
  const protobuf = Buffer.from(
    '0a8a010a1d0a1b0a0c736572766963652e6e616d65120b0a096e67696e78ff',
    'hex',
  );
  const [line] = read(protobuf);
  expect(line).toMatchObject({ level: 'warn', body: expect.stringContaining('no text') });
  expect(JSON.parse(line!.attributes)).toMatchObject({ bytes: protobuf.length });
  expect(readRecord(protobuf).form).toBe('binary');
  expect(read('"a \\"text\\"\\tof JSON"')).toMatchObject([{ body: 'a "text"\\tof JSON' }]);
  const latin1 = Buffer.from('caf\xe9 au lait\n', 'latin1');
  expect(readRecord(latin1)).toMatchObject({
    form: 'text',
    lines: [{ body: 'caf\ufffd au lait\n' }],
  });
  expect(read(Buffer.from('{"msg":"caf\xe9"}', 'latin1'))).toMatchObject([{ body: 'caf\ufffd' }]);
});

it('takes what is nested without end', () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  expect(read(`{"msg":${deep},"more":${deep}}`)).toMatchObject([
    { body: '{"log.cut":true}', attributes: '{"log.cut":true}' },
  ]);
});

it('keeps what is nested as people nest it, whatever its texts have', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? ['[[{{'.repeat(20)] : [nested(depth - 1)];
  expect(read({ a: nested(25) })[0]!.attributes).toContain('[[[[');
  expect(read({ a: nested(40) })[0]!.attributes).toBe('{"log.cut":true}');
});

it('keeps where a line of OTLP is from, and finds a name for its service', () => {
  const pairs = (said: Record<string, string>) =>
    Object.entries(said).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const of = (resource: Record<string, string>, attributes: Record<string, string> = {}) =>
    read({
      resourceLogs: [
        {
          resource: { attributes: pairs(resource) },
          scopeLogs: [
            {
              logRecords: [
                {
                  body: { stringValue: 'm' },
                  attributes: pairs(attributes),
                  severityNumber: 'SEVERITY_NUMBER_WARN2',
                },
              ],
            },
          ],
        },
      ],
    })[0];
  expect(
    of({ 'k8s.pod.name': 'nginx-1', 'k8s.container.name': 'nginx', 'service.version': '1' }),
  ).toMatchObject({
    service: 'nginx',
    level: 'warn',
    attributes: '{"k8s.pod.name":"nginx-1","k8s.container.name":"nginx"}',
  });
  expect(of({}, { 'service.name': 'shop', device_id: 'd1' })).toMatchObject({
    service: 'shop',
    device_id: 'd1',
  });
});

it('reads OTLP, values of all kinds, and many lines of one record', () => {
  const value = {
    kvlistValue: {
      values: [
        { key: 'n', value: { intValue: '7' } },
        {
          key: 'l',
          value: { arrayValue: { values: [{ boolValue: true }, { doubleValue: 1.5 }] } },
        },
      ],
    },
  };
  const documents = read({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
        scopeLogs: [
          {
            logRecords: [
              { observedTimeUnixNano: '1769860740000000000', timeUnixNano: '0', body: value },
              { severityText: 'WARN', attributes: [{ key: 'v', value }], traceId: 'a'.repeat(32) },
            ],
          },
          null,
        ],
      },
      { scopeLogs: 7 },
    ],
  });
  expect(documents).toMatchObject([
    { _id: 't/1/7/0', service: 's', body: '{"n":7,"l":[true,1.5]}' },
    { _id: 't/1/7/1', level: 'warn', attributes: '{"v":{"n":7,"l":[true,1.5]}}' },
  ]);
  expect(documents[0]!.timestamp.toISOString()).toBe('2026-01-31T11:59:00.000Z');
});
