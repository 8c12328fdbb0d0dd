import { fail, ok, warn, type Finding } from './finding.js';

/** What the database says of itself; undefined: it does not. */
export interface DatabaseFacts {
  readonly topology?: 'replica set' | 'mongos' | 'standalone' | undefined;
  /** Members that hold data, of a replica set. */
  readonly members?: number | undefined;
}

const CHECK = 'database';

/** @param w what MONGO_URL asks writes to wait for; undefined: nothing */
export function topologyFindings(
  { topology, members = 0 }: DatabaseFacts,
  w: string | number | undefined,
): Finding[] {
  const found: Finding[] = [];
  if (topology === undefined)
    found.push(
      warn(
        CHECK,
        'does not say what it is: it is no MongoDB, or hides `hello`',
        'a replica set in production',
      ),
    );
  else if (topology === 'standalone')
    found.push(
      fail(
        CHECK,
        'is one server of its own: what it acknowledged may be lost with it',
        'a replica set of three (docs/production.md)',
        'standalone',
      ),
    );
  else if (topology === 'replica set' && members < 3)
    found.push(
      warn(
        CHECK,
        `is a replica set of ${members}`,
        'three members: a majority then bears one away',
      ),
    );
  else found.push(ok(CHECK, topology === 'mongos' ? 'is sharded' : `replica set of ${members}`));
  if (w !== undefined && w !== 'majority')
    found.push(
      warn(
        'write concern',
        `MONGO_URL has w=${w}; the services wait for a majority whatever it says`,
        'leave w out of it, so that other programs with this URL do not lose writes',
      ),
    );
  return found;
}

/** @param missing keys of indexes that are not there, by collection */
export const indexFindings = (missing: Readonly<Record<string, readonly string[]>>): Finding[] => {
  const lacking = Object.entries(missing).filter(([, keys]) => keys.length > 0);
  return lacking.length === 0
    ? [ok('indexes', 'all there')]
    : lacking.map(([collection, keys]) =>
        fail(
          'indexes',
          `${collection} lacks ${keys.join(' and ')}: lists that need them answer 503`,
          'run `telemetryctl init`, or start the aggregator: it builds them beside its work',
        ),
      );
};

/** What the workers of a database have registered. */
export interface Registered {
  readonly rawDays: number;
  /** How long the database keeps readings, by its index, days. */
  readonly keptDays: number;
  /** Days that rows are kept, by window; Infinity: for ever. */
  readonly windows: Readonly<Record<string, number>>;
}

/** Compares what this command was given with what the workers have. */
export function configurationFindings(
  own: Pick<Registered, 'rawDays' | 'windows'>,
  workers: Registered | undefined,
): Finding[] {
  const check = 'configuration';
  if (!workers)
    return [warn(check, 'no aggregator has registered one yet', 'nothing, before the first start')];
  const found: Finding[] = [];
  const give = 'give this command what the aggregators have, or them this';
  if (own.rawDays !== workers.rawDays)
    found.push(
      fail(check, `RAW_RETENTION_DAYS is ${own.rawDays} here, ${workers.rawDays} there`, give),
    );
  if (workers.keptDays < workers.rawDays)
    found.push(
      fail(
        check,
        `the database keeps readings for ${workers.keptDays} days, ${workers.rawDays} are asked for`,
        'give its user the right collMod (docs/production.md), and restart an aggregator',
      ),
    );
  const text = (windows: Registered['windows']): string => Object.keys(windows).join(',');
  const [here, there] = [text(own.windows), text(workers.windows)];
  if (Object.keys(own.windows).sort().join() !== Object.keys(workers.windows).sort().join())
    found.push(fail(check, `WINDOWS is ${here} here, ${there} there`, give));
  else
    for (const [label, kept] of Object.entries(own.windows))
      if (kept !== workers.windows[label])
        found.push(
          fail(
            check,
            `rows of ${label} are kept for ${kept} days here, ${workers.windows[label]} there (ROLLUP_RETENTION)`,
            give,
          ),
        );
  return found.length > 0 ? found : [ok(check, `as the workers have it: ${here}`)];
}
