import { ConfigError } from '@iot/config';
import { DeadLettersRefusal } from '@iot/dead-letters';
import { asMissingRight, MissingRight } from '@iot/kafka';
import { printableLines } from '@iot/printable';
import { consumersOf } from '@iot/register';
import { Command, CommanderError } from 'commander';
import { groupFlag } from './connection/config.js';
import { contextOf, type Terminal } from './context.js';
import { addTokens } from './accounts/tokens-command.js';
import { addUsers } from './accounts/users-command.js';
import { addGroups } from './credentials/groups-command.js';
import { addKeys } from './credentials/keys-command.js';
import { addCredentials } from './credentials/transfer-command.js';
import { addBackfill } from './backfill/command.js';
import { addDlq } from './dlq/command.js';
import { addDoctor } from './doctor/command.js';
import { addInit } from './init/command.js';
import { addLag } from './lag/command.js';
import { addLogic } from './logic/command.js';
import { addRules } from './rules/command.js';
import { addTopics } from './topics/command.js';
import { CommandError, EXIT } from './exit.js';
import { addVerify } from './verify/command.js';

const CONSUMERS = consumersOf('TELEMETRY_TOPIC');

const HELP = `
Connections come from the variables of the services: KAFKA_BOOTSTRAP_SERVERS, KAFKA_SSL…, KAFKA_SASL…, MONGO_URL, MONGO_DB, TELEMETRY_TOPIC,
DLQ_TOPIC, WINDOWS, SENSORS_FILE, RAW_RETENTION_DAYS, MAX_FUTURE_SKEW_MS, the thresholds and ALERT_CRITICAL_MARGIN;
${CONSUMERS.map(({ group }) => group.variable).join(', ')} name the groups. Options win over them.

Exit codes: 0 ok; 1 a discrepancy, or something failed; 2 wrong usage or a bad variable; 3 Kafka or MongoDB does not answer.

Examples:
  $ npm run ctl -- verify --wait 30
  $ npm run ctl -- --json lag
  $ npm run ctl -- dlq list --from 1h
  $ npm run ctl -- dlq redrive --group aggregator-worker --dry-run`;

/** Runs the command line; returns the exit code. */
export async function telemetryctl(
  argv: readonly string[],
  terminal: Terminal = { out: process.stdout, err: process.stderr },
): Promise<number> {
  const { out, err } = terminal;
  let code: number = EXIT.ok;
  const program = new Command('telemetryctl')
    .description('For operators: is everything there, what failed, how far behind are we.')
    .option('--brokers <host:port,…>', 'Kafka (KAFKA_BOOTSTRAP_SERVERS)')
    .option('--mongo-url <url>', 'MongoDB (MONGO_URL)')
    .option('--db <name>', 'database (MONGO_DB)')
    .option('--json', 'results as JSON')
    .option('--as <name>', 'who does it, for the audit; without, the user who runs this')
    .option('--quiet', 'no progress on standard error')
    .addHelpText('after', HELP)
    .showHelpAfterError('(--help says what there is)')
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(printableLines(text)),
    })
    .exitOverride();
  for (const { name, group } of CONSUMERS)
    program.option(
      `--${groupFlag(group.variable)} <name>`,
      `consumer group of the ${name} (${group.variable})`,
    );
  const context = contextOf(program, terminal, (given) => (code = given));
  addVerify(program, context);
  addDlq(program, context);
  addLag(program, context);
  addTopics(program, context);
  addBackfill(program, context);
  addRules(program, context);
  addDoctor(program, context);
  addInit(program, context);
  addKeys(program, context);
  addGroups(program, context);
  addCredentials(program, context);
  addUsers(program, context);
  addTokens(program, context);
  addLogic(program, context);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return explain(asMissingRight(error) as Error, (text) => err.write(printableLines(text)));
  }
}

/** One line for the operator. */
function explain(error: Error, say: (text: string) => void): number {
  const brokerLost =
    error.name.startsWith('KafkaJSConnection') ||
    error.name === 'KafkaJSNumberOfRetriesExceeded' ||
    error.name === 'KafkaJSRequestTimeoutError';
  const storeLost = /^Mongo(Server|Network|PoolCleared)/.test(error.name) && !('code' in error);
  const [line] = error.message.split('\n');
  const isRefused = error instanceof CommandError || error instanceof DeadLettersRefusal;
  if (isRefused || error instanceof MissingRight) say(`error: ${error.message}\n`);
  else if (error instanceof ConfigError) say(`${error.message}\n`);
  else if (brokerLost)
    say(
      `error: Kafka stopped answering: ${line}; see whether it runs, or set KAFKA_BOOTSTRAP_SERVERS or --brokers\n`,
    );
  else if (storeLost)
    say(
      `error: MongoDB stopped answering: ${line}; see whether it runs, or set MONGO_URL or --mongo-url\n`,
    );
  else say(`error: ${error.name === 'Error' ? '' : `${error.name}: `}${error.message}\n`);
  if (error instanceof CommandError) return error.code;
  if (error instanceof DeadLettersRefusal && error.kind === 'no place') return EXIT.usage;
  if (error instanceof ConfigError) return EXIT.usage;
  return brokerLost || storeLost ? EXIT.unreachable : EXIT.failed;
}
