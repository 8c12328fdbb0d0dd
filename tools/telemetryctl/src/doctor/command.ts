import type { Command } from 'commander';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { examine } from './doctor.js';
import { findingsText } from './report.js';

const HELP = `
Looks at topics (partitions, replicas, min.insync.replicas, retention, cleanup, timestamps, compression), at the rights of this user, at who is
in the groups, at the database (replica set, write concern, indexes), at WINDOWS and retention as the workers have them, and at clocks. It
changes nothing. Each line is ok, warn or fail, with what to do under it. \`init\` runs the same, and refuses what is unsafe.

Kafka tells neither its time nor who writes, and whether this user may write cannot be tried without writing.

Exit codes: 0; 1 when something is wrong; 3 Kafka or MongoDB does not answer.

Examples:
  $ npm run ctl -- doctor
  $ npm run ctl -- --json doctor`;

/** `doctor`: is the installation as production needs it? */
export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('check topics, rights, database, configuration and clocks, and say what to do')
    .addHelpText('after', HELP)
    .action(() =>
      context.run({ mongo: true }, async (platform) => {
        const findings = await examine(platform);
        context.print({ findings }, () => findingsText(findings));
        return findings.some(({ status }) => status === 'fail') ? EXIT.failed : EXIT.ok;
      }),
    );
}
