import {
  FactsLease,
  factsOf,
  FactsStore,
  RENEW_MS,
  type Facts,
  type RollupConfiguration,
  type Standing,
} from '@iot/rollup';
import type { Mongo } from '@iot/mongo';

/** The facts of the database, for a command that writes rows. */
export interface KnownFacts {
  readonly facts: Facts;
  /**
   * @throws NotInForce once another configuration is in force: then rows must not be written any
   * more
   */
  readonly standing: () => Standing;
}

/**
 * Does a piece of work that builds on the facts of the database, and reads them again beside it.
 * @throws NotInForce when aggregators with another configuration take over meanwhile
 */
export async function withFacts<T>(
  mongo: Mongo,
  config: RollupConfiguration,
  work: (known: KnownFacts) => Promise<T>,
): Promise<T> {
  const facts = await factsOf(mongo, config, Date.now());
  const store = new FactsStore(mongo.facts);
  const lease = new FactsLease(facts);
  const renew = (): Promise<void> => lease.renew(() => store.read());
  await renew();
  const timer = setInterval(() => void renew().catch(() => undefined), RENEW_MS);
  try {
    return await work({ facts, standing: () => lease.standing() });
  } finally {
    clearInterval(timer);
  }
}
