import { sleep } from '@iot/resilience';

/** What kafkajs says while a partition changes its leader, or has none yet. */
const WITHOUT_LEADER = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'];
const PATIENCE_MS = 5000;
const AGAIN_MS = 200;

/**
 * Asks again while the partitions asked about have no leader: a topic is listed with its leaders
 * before these have opened it, and kafkajs's admin gives up at once.
 * @throws what `ask` throws, when it is something else or goes on for five seconds
 */
export async function onceLed<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(AGAIN_MS))
    try {
      return await ask();
    } catch (error) {
      const { type } = error as { type?: string };
      if (!WITHOUT_LEADER.includes(type ?? '') || performance.now() > until) throw error;
    }
}
