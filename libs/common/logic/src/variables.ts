import { integer, text } from '@iot/config';
import type { SandboxLimits } from '@iot/sandbox';

const KB = 1024;
const MB = KB * KB;

/** The variable of who publishes or makes room for what programs publish. */
export const resultsTopicEnv = {
  RESULTS_TOPIC: text({
    default: 'telemetry.results',
    pattern: /^[a-zA-Z0-9._-]{1,200}$/,
    allowed: '1–200 of A-Z a-z 0-9 . _ -',
    desc: 'topic of what the programs of machines publish',
  }),
};

const RESULTS_DAYS = 7;

/** The topic, to be created. The key is the machine, so it has partitions as the readings have. */
export const resultsTopic = (name: string, partitions: number, replicationFactor: number) => ({
  topic: name,
  numPartitions: partitions,
  replicationFactor,
  configEntries: [
    { name: 'retention.ms', value: String(RESULTS_DAYS * 86_400_000) },
    { name: 'cleanup.policy', value: 'delete' },
  ],
});

/** What programs may use, for who runs them. */
export const logicLimitsEnv = {
  LOGIC_CPU_MS: integer({
    default: 50,
    min: 1,
    max: 10_000,
    desc: 'CPU time that a program may take for one reading',
  }),
  LOGIC_MEMORY_BYTES: integer({
    default: 16 * MB,
    min: 4 * MB,
    max: 256 * MB,
    desc: 'memory that a program may take',
  }),
  LOGIC_STATE_BYTES: integer({
    default: 64 * KB,
    min: KB,
    max: MB,
    desc: 'largest state of a machine, as JSON',
  }),
  LOGIC_RESULT_BYTES: integer({
    default: 64 * KB,
    min: KB,
    max: 512 * KB,
    desc: 'most bytes of all results of one reading, as JSON',
  }),
  LOGIC_RESULTS: integer({
    default: 100,
    min: 1,
    max: 10_000,
    desc: 'most results of one reading',
  }),
  LOGIC_WATCHDOG_MS: integer({
    default: 700,
    min: 100,
    max: 60_000,
    desc: 'the process of the programs is killed when it says nothing for so long',
  }),
  LOGIC_CACHE_BYTES: integer({
    default: 256 * MB,
    min: 16 * MB,
    max: 4096 * MB,
    desc: 'memory of the programs that are held ready, of each process',
  }),
};

type Limits = Record<keyof typeof logicLimitsEnv, number>;

/** The limits as the sandbox takes them. */
export const sandboxLimits = (env: Limits): SandboxLimits => ({
  cpuMs: env.LOGIC_CPU_MS,
  memoryBytes: env.LOGIC_MEMORY_BYTES,
  stateBytes: env.LOGIC_STATE_BYTES,
  resultBytes: env.LOGIC_RESULT_BYTES,
  results: env.LOGIC_RESULTS,
  logLines: 100,
  watchdogMs: Math.max(env.LOGIC_WATCHDOG_MS, 4 * env.LOGIC_CPU_MS),
  cacheBytes: env.LOGIC_CACHE_BYTES,
  heapMb: 128,
});
