import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createKafka } from '@iot/kafka';
import { Mongo } from '@iot/mongo';
import { createLogger } from '@iot/service';
import { loadSettings } from './connection/config.js';
import { EXIT } from './exit.js';
import { wantedTopics } from './init/wanted-topics.js';
import { ctl } from './testing/ctl.js';
import { documentedCommands } from './testing/documented-commands.js';

const id = randomUUID().slice(0, 8);
Object.assign(process.env, {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `documented-${id}`,
  TELEMETRY_TOPIC: `raw-${id}`,
  DLQ_TOPIC: `dlq-${id}`,
  AGGREGATOR_GROUP: `aggregator-${id}`,
  ALERTS_GROUP: `alerts-${id}`,
});
const settings = loadSettings();
jest.setTimeout(60_000);

const admin = createKafka(settings, 'test', createLogger('test', 'silent')).admin();
const mongo = new Mongo(settings, 'test');
beforeAll(async () => {
  await admin.connect();
  const { code, printed, said } = await ctl('init');
  expect([code, code === EXIT.ok ? '' : printed + said]).toEqual([EXIT.ok, '']);
});
afterAll(async () => {
  await admin.deleteTopics({ topics: wantedTopics(settings).map(({ topic }) => topic) });
  await admin.disconnect();
  await mongo.db.dropDatabase();
  await mongo.close();
});

/** Commands that have commands. */
const NESTED = ['dlq', 'keys', 'groups', 'credentials', 'users', 'tokens'];
const commands = documentedCommands();
/** Has a part that the reader fills in. */
const isOpen = (words: readonly string[]): boolean =>
  words.some((word) => /…|^[A-Z]+$|\.json$/.test(word));

it('finds the commands of all pages', () => {
  const pages = new Set(commands.map(({ page }) => page));
  for (const page of ['README.md', 'docs/production.md', 'docs/runbooks/lag-growing.md'])
    expect(pages).toContain(page);
  const names = new Set(commands.map(({ words }) => words.find((word) => !word.startsWith('-'))));
  for (const name of ['verify', 'lag', 'dlq', 'topics', 'doctor', 'init', 'backfill'])
    expect(names).toContain(name);
});

// What a command finds in an empty installation is its own business; that it runs is not.
it.each(
  commands
    .filter(({ words }) => !isOpen(words))
    .map(({ page, words }) => [page, words.join(' ')] as const),
)('%s: telemetryctl %s runs', async (_, line) => {
  const { code, said } = await ctl('--quiet', ...line.split(' '));
  expect(said).not.toMatch(/unknown|--help says what there is/);
  expect([EXIT.ok, EXIT.failed]).toContain(code);
});

it.each(
  commands.filter(({ words }) => isOpen(words)).map(({ page, words }) => [page, words] as const),
)('%s: telemetryctl %j has commands and options that there are', async (_, words) => {
  const [name, ...rest] = words.filter((word) => !word.startsWith('-'));
  const help = await ctl(name!, ...(NESTED.includes(name!) ? rest.slice(0, 1) : []), '--help');
  expect(help.code).toBe(EXIT.ok);
  const all = help.printed + (await ctl('--help')).printed;
  for (const option of words.filter((word) => word.startsWith('--'))) expect(all).toContain(option);
});
