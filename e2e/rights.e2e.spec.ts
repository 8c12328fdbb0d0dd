import { generateKeyPairSync } from 'node:crypto';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { eventually, startPlatform, type Platform } from './platform.js';
import { aclEntries, documentedAcls } from './rights/documented-acls.js';
import { posted, publish, serviceWith } from './rights/senders.js';
import { telemetryctl } from './rights/telemetryctl.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const [USER, STRANGER] = ['iot', 'stranger'];
const PASSWORDS = { [USER]: 'one', [STRANGER]: 'two' };
const READINGS = 200;

let platform: Platform;
/** May do everything. */
let root: Admin;
const given = aclEntries(documentedAcls(), USER);

beforeAll(async () => {
  platform = await startPlatform(
    {
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: USER,
      KAFKA_SASL_PASSWORD: PASSWORDS[USER]!,
      VERIFY_EXPECTED: 'true',
      // Rows of hours are written, and their offsets committed, soon.
      LARGER_WINDOWS_WRITE_MS: '500',
    },
    {
      users: PASSWORDS,
      prepare: async ({ bootstrap }) => {
        root = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: 0 }).admin();
        await root.connect();
        await root.createAcls({ acl: given });
      },
    },
  );
}, 180_000);
afterAll(async () => {
  await root?.disconnect();
  await platform?.stop();
}, 60_000);

const metric = async (name: string): Promise<string | undefined> => {
  const text = await (await fetch(`${platform.services['dashboard-api'].url}/metrics`)).text();
  return text.split('\n').find((line) => line.startsWith(name));
};

/** Takes a right away while something is done. */
async function without(
  entry: Pick<AclEntry, 'resourceType' | 'resourceName' | 'operation'>,
  work: () => Promise<void>,
): Promise<void> {
  const entries = given.filter(
    ({ resourceType, resourceName, operation }) =>
      resourceType === entry.resourceType &&
      resourceName === entry.resourceName &&
      operation === entry.operation,
  );
  expect(entries).toHaveLength(1);
  const [{ resourcePatternType }] = entries as [AclEntry];
  const filter = { ...entry, resourcePatternType, permissionType: AclPermissionTypes.ANY };
  await root.deleteAcls({ filters: [filter] });
  try {
    await work();
  } finally {
    await root.createAcls({ acl: entries });
  }
}

const { GROUP, TOPIC } = AclResourceTypes;

describe('with the ACLs of docs/production.md, and none more', () => {
  it('says that verify is expected, and never ran', async () => {
    expect(await metric('verify_expected')).toMatch(/ 1$/);
    expect(await metric('verify_finished_timestamp_seconds')).toBeUndefined();
  });

  it('takes, stores and serves readings, and sets aside what is none', async () => {
    const at = Date.now() - 60_000;
    const readings = Array.from({ length: READINGS }, (_, i) => ({
      device_id: `device-${i % 7}`,
      ts: at + i,
      temperature_c: i === READINGS - 1 ? 99 : 20,
    }));
    const answer = await fetch(`${platform.services['ingestion-api'].url}/ingest/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(readings),
    });
    expect(answer.status).toBe(202);
    const { Kafka } = kafkajs;
    const producer = new Kafka({ brokers: [platform.kafka.bootstrap], logLevel: 0 }).producer();
    await producer.connect();
    await producer.send({
      topic: 'telemetry.raw',
      messages: [{ key: 'device-1', value: 'not json' }],
    });
    await producer.disconnect();
    await eventually(
      'all readings are stored',
      async () =>
        (await platform.db.collection('telemetry_raw').countDocuments({})) === READINGS &&
        (await platform.db.collection('alerts').countDocuments({})) === 1,
    );
    const served = await fetch(`${platform.services['dashboard-api'].url}/telemetry?limit=5`);
    expect(((await served.json()) as { data: unknown[] }).data).toHaveLength(5);
  });

  it('takes readings by MQTT, also after a restart that reads the journal', async () => {
    const gateway = platform.services['mqtt-gateway'];
    for (const device of ['meter-1', 'meter-2']) {
      await publish(platform, `sensors/${device}`, { temperature_c: 21 });
      await eventually(`the reading of ${device} is stored`, async () =>
        Boolean(await platform.db.collection('telemetry_raw').findOne({ device_id: device })),
      );
      await gateway.process.kill();
      await gateway.process.start();
    }
  });

  it('asks for device keys, and follows them', async () => {
    const secret = { CREDENTIALS_SECRET: 'thirty-two characters, at the very least' };
    const env = { ...platform.env, ...secret };
    const guarded = await serviceWith('ingestion-api', platform, { ...env, AUTH: 'on' });
    try {
      const made = await telemetryctl(
        { env },
        ...['--json', 'keys', 'create', '--name', 'press', '--scope', 'press-*'],
      );
      expect([made.code, made.said]).toEqual([0, '']);
      const { id, key } = JSON.parse(made.printed) as { id: string; key: string };
      const status = (): Promise<number> => posted(guarded, key);
      await eventually('the key is let in', async () => (await status()) === 202, 20_000);
      expect(await telemetryctl({ env }, 'keys', 'revoke', id)).toMatchObject({ code: 0 });
      await eventually('the key is refused', async () => (await status()) === 401, 20_000);
    } finally {
      await guarded.stop();
    }
  });

  it('makes and lists device keys by the API', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const env = {
      ...platform.env,
      AUTH: 'on',
      AUTH_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const made = await telemetryctl(
      { env },
      ...['--json', 'tokens', 'create', '--name', 'keys', '--role', 'admin'],
    );
    const { token } = JSON.parse(made.printed) as { token: string };
    const guarded = await serviceWith('dashboard-api', platform, env);
    const ask = (init: object) => fetch(`${guarded.url}/keys`, init);
    try {
      const authorization = `Bearer ${token}`;
      const body = JSON.stringify({ name: 'by the API', scope: 'press-*' });
      const headers = { authorization, 'content-type': 'application/json' };
      expect((await ask({ method: 'POST', headers, body })).status).toBe(201);
      expect(await (await ask({ headers: { authorization } })).text()).toContain('by the API');
    } finally {
      await guarded.stop();
    }
  });

  it('runs the proof and leaves its result', async () => {
    const { code, printed, said } = await telemetryctl(
      platform,
      'verify',
      '--wait',
      '60',
      '--record',
    );
    expect([code, said]).toEqual([0, '']);
    expect(printed).toContain('OK: everything is accounted for');
    // The dashboard API asks the database twice a minute.
    await eventually('the result is shown', async () =>
      Boolean(await metric('verify_finished_timestamp_seconds')),
    );
  });

  it.each([
    ['lag'],
    ['topics'],
    ['dlq', 'list'],
    ['dlq', 'show', '--last'],
    ['dlq', 'redrive', '--dry-run'],
    ['dlq', 'redrive'],
    ['init'],
    ['doctor'],
  ])('runs %s %s %s', async (...args) => {
    const words = args.filter((word) => word !== '--last');
    if (args.includes('--last')) {
      const { printed } = await telemetryctl(platform, '--json', 'dlq', 'list');
      const [letter] = (JSON.parse(printed) as { letters: { place: string }[] }).letters;
      words.push(letter!.place);
    }
    expect(await telemetryctl(platform, ...words)).toMatchObject({ code: 0, said: '' });
  });
});

describe('with one ACL less', () => {
  it('says at the ingestion API which one the device keys need', async () => {
    const entry = { resourceType: GROUP, resourceName: 'credentials-' };
    await without({ ...entry, operation: AclOperationTypes.READ }, async () => {
      // Nothing is in this topic yet, so only reading it tells.
      const empty = { AUTH: 'on', CREDENTIALS_TOPIC: 'telemetry.credentials-empty' };
      const guarded = await serviceWith(
        'ingestion-api',
        platform,
        { ...platform.env, ...empty },
        false,
      );
      try {
        await eventually('it is said', async () =>
          /allows Read on the group credentials- as a prefix/.test(
            await (await fetch(`${guarded.url}/health/ready`)).text(),
          ),
        );
      } finally {
        await guarded.stop();
      }
    });
  });

  it.each([
    [
      ['dlq', 'list'],
      GROUP,
      'telemetryctl-',
      'READ',
      /Read on the group telemetryctl- as a prefix/,
    ],
    [['lag'], GROUP, 'alerts-worker', 'DESCRIBE', /Describe on the group alerts-worker/],
    [
      ['topics'],
      TOPIC,
      'telemetry.',
      'DESCRIBE_CONFIGS',
      /DescribeConfigs on the topics telemetry\.raw,/,
    ],
    [
      ['dlq', 'redrive', '--again'],
      TOPIC,
      'telemetry.',
      'WRITE',
      /Write on the topic telemetry\.raw\..+\.retry\.1/,
    ],
    [['verify'], TOPIC, 'telemetry.', 'READ', /Read on the topic telemetry\./],
  ] as const)(
    '%j names what is missing',
    async (args, resourceType, resourceName, operation, says) => {
      // Read and Write bring Describe with them.
      await without(
        { resourceType, resourceName, operation: AclOperationTypes[operation] },
        async () => {
          if (operation === 'DESCRIBE') {
            await without({ resourceType, resourceName, operation: AclOperationTypes.READ }, check);
          } else await check();
        },
      );
      async function check(): Promise<void> {
        const { code, said } = await telemetryctl(platform, ...args);
        expect(said).toMatch(says);
        expect(said).toContain('docs/production.md');
        expect(code).toBe(1);
      }
    },
  );

  it('tells a topic that may not be described from one that is not there', async () => {
    const stranger = {
      env: {
        ...platform.env,
        KAFKA_SASL_USERNAME: STRANGER,
        KAFKA_SASL_PASSWORD: PASSWORDS[STRANGER]!,
      },
    };
    const { code, said } = await telemetryctl(stranger, 'verify');
    expect(said).toContain('the ACL that allows Describe on the topic telemetry.raw');
    expect(code).toBe(1);
    const nowhere = await telemetryctl(
      { env: { ...platform.env, TELEMETRY_TOPIC: 'telemetry.nowhere' } },
      'verify',
    );
    expect(nowhere.said).toContain('there is no topic telemetry.nowhere');
  });

  it('tells a wrong password from a broker that does not answer', async () => {
    const { code, said } = await telemetryctl(
      { env: { ...platform.env, KAFKA_SASL_PASSWORD: 'guess' } },
      'lag',
    );
    expect(said).toMatch(/refuses the log-in: .*KAFKA_SASL_PASSWORD/);
    expect(code).toBe(3);
  });
});

it('extracts every entry of the page', () => {
  expect(given.length).toBeGreaterThan(5);
  for (const { resourceType, resourcePatternType, operation } of given)
    expect([resourceType, resourcePatternType, operation]).not.toContain(undefined);
  expect(ResourcePatternTypes.PREFIXED).toBe(4);
});
