import { readFileSync } from 'node:fs';
import { backTest, readRules, RuleConflict, RuleStore, type FoundAlert } from '@iot/alert-rules';
import type { Rule } from '@iot/alerting';
import type { AlertRuleDocument } from '@iot/mongo';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { table } from '../output/table.js';
import type { Platform } from '../connection/platform.js';
import { time } from '../values.js';
import { backTestText } from './back-test-text.js';

const HELP = `
A file holds a rule, or an array of rules, as docs/alerting.md says. Workers judge by what is applied within 5 s.

Examples:
  $ npm run ctl -- rules list
  $ npm run ctl -- rules get hot-press
  $ npm run ctl -- rules apply rules.json
  $ npm run ctl -- rules back-test rules.json --from 7d`;

/** Only these are deleted when a file no longer has them. */
const ORIGIN = 'api';
const MS_PER_DAY = 86_400_000;

interface ApplyOptions {
  readonly prune?: boolean;
}
interface BackTestOptions {
  readonly from: number;
  readonly to?: number;
}

/** `rules`: what alerts are raised by, and what a rule would have raised. */
export function addRules(program: Command, context: Context): void {
  const rules = program
    .command('rules')
    .description('alert rules: list them, apply a file, try them on stored readings')
    .addHelpText('after', HELP);
  rules
    .command('list')
    .description('the rules that are stored')
    .action(() =>
      context.run({ mongo: true, kafka: false }, async (platform) => {
        const all = await storeOf(platform).all();
        context.print({ rules: all.map(shown) }, () => listText(all));
        return EXIT.ok;
      }),
    );
  rules
    .command('get <name>')
    .description('a rule as JSON')
    .action((name: string) =>
      context.run({ mongo: true, kafka: false }, async (platform) => {
        const document = await storeOf(platform).get(name);
        if (!document?.rule) throw new CommandError(`there is no rule ${name}`, EXIT.failed);
        context.print(shown(document), () => JSON.stringify(document.rule, null, 2));
        return EXIT.ok;
      }),
    );
  rules
    .command('apply <file>')
    .description('store the rules of a file')
    .option('--prune', 'delete the rules that the file does not have')
    .action((file: string, { prune }: ApplyOptions) =>
      context.run({ mongo: true, kafka: false }, async (platform) => {
        const given = rulesOf(file, platform);
        const author = { by: context.actor().id, origin: ORIGIN };
        const store = storeOf(platform);
        const outcomes = await (
          prune ? store.apply(given, author) : putAll(store, given, author)
        ).catch((error: unknown) => {
          if (error instanceof RuleConflict) throw new CommandError(error.message, EXIT.failed);
          throw error;
        });
        context.print({ rules: Object.fromEntries(outcomes) }, () =>
          table([...outcomes].map(([name, outcome]) => [name, outcome])),
        );
        return EXIT.ok;
      }),
    );
  rules
    .command('back-test <file>')
    .description('what the rules of a file would have raised on stored readings')
    .requiredOption('--from <time>', 'readings from this time on, such as 7d (ago)', time)
    .option('--to <time>', 'readings before this time; without, up to now', time)
    .action((file: string, options: BackTestOptions) =>
      context.run({ mongo: true, kafka: false }, async (platform, progress) => {
        const range = { from: options.from, to: options.to ?? Date.now() };
        for (const rule of rulesOf(file, platform))
          await backTestOne(rule, range, platform, context, progress);
        return EXIT.ok;
      }),
    );
}

async function backTestOne(
  rule: Rule,
  range: { from: number; to: number },
  platform: Platform,
  context: Context,
  progress: (text: string) => void,
): Promise<void> {
  const alerts: FoundAlert[] = [];
  let dropped = 0;
  const lines = backTest(platform.mongo, rule, range, unitsOf(platform));
  for await (const line of lines)
    if (line.type === 'alert') {
      if (alerts.length < MAX_SHOWN) alerts.push(line);
      else dropped++;
    } else {
      progress(`${rule.name}: ${line.devices} devices, ${line.readings} readings`);
      if (line.type === 'summary')
        context.print({ rule: rule.name, ...line, type: undefined, found: alerts }, () =>
          backTestText(rule, alerts, { ...line, dropped }, range, MS_PER_DAY),
        );
    }
}

/** More than this says nothing more, and is not held. */
const MAX_SHOWN = 1000;

const unitsOf = ({ config }: Platform): ReadonlyMap<string, string> =>
  new Map(config.catalogue.sensors.map(({ name, unit }) => [name, unit]));

const storeOf = (platform: Platform): RuleStore =>
  new RuleStore(platform.mongo, new Set(unitsOf(platform).keys()));

function rulesOf(file: string, platform: Platform): Rule[] {
  try {
    return readRules(readFileSync(file, 'utf8'), new Set(unitsOf(platform).keys()));
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, EXIT.usage);
  }
}

async function putAll(
  store: RuleStore,
  rules: readonly Rule[],
  author: { by: string; origin: string },
): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  for (const rule of rules) outcomes.set(rule.name, (await store.put(rule, author)).outcome);
  return outcomes;
}

const shown = ({ _id, versions: _, ...rest }: AlertRuleDocument) => ({ name: _id, ...rest });

function listText(all: readonly AlertRuleDocument[]): string {
  if (all.length === 0) return 'There are no rules but those of the thresholds.';
  const header = ['NAME', 'VERSION', 'ENABLED', 'DEVICES', 'SENSOR', 'CONDITION', 'KEPT IN'];
  return table(
    all.map(({ _id, version, rule, origin }) => {
      const { enabled, selector, condition } = rule as Rule;
      return [
        _id,
        String(version),
        enabled ? 'yes' : 'no',
        selector.device,
        selector.sensor ?? '',
        condition.kind,
        origin,
      ];
    }),
    { header, right: [1] },
  );
}
