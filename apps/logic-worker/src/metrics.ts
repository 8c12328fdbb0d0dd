import { consumerMetrics, metricsIn, type Registry } from '@iot/metrics';
import { SANDBOX_ERRORS } from '@iot/sandbox';

/** The logic worker's vocabulary. */
export type LogicMetrics = ReturnType<typeof logicMetrics>;

export const OUTCOMES = ['run', 'failed', 'held', 'undecodable', 'seen', 'again', 'copy'] as const;
export const FAILURES = ['ProgramError', ...SANDBOX_ERRORS] as const;

export const logicMetrics = (registry: Registry) => {
  const metrics = metricsIn(registry);
  return {
    ...consumerMetrics(registry),
    readings: metrics.counter(
      'logic_readings_total',
      'Readings of machines with a program, by what became of them',
      ['outcome'],
      { outcome: [...OUTCOMES] },
    ),
    failed: metrics.counter(
      'logic_failures_total',
      'Readings at which a program failed, by how',
      ['reason'],
      { reason: [...FAILURES] },
    ),
    results: metrics.counter('logic_results_total', 'Results published'),
    conflicts: metrics.counter(
      'logic_state_conflicts_total',
      'States of machines that another worker had written in between',
    ),
    restarts: metrics.counter(
      'logic_process_restarts_total',
      'Processes of programs that hung, ended by themselves, or gave what cannot be read',
      ['reason'],
      { reason: ['stuck', 'ended', 'unreadable'] },
    ),
    programs: metrics.gauge('logic_programs', 'Programs that are active, by pattern of machines'),
    programsReadAt: metrics.gauge(
      'logic_programs_read_timestamp_seconds',
      'When the programs were last asked for and found',
    ),
    cachedStates: metrics.gauge('logic_cached_states', 'States of machines held in memory'),
    runSeconds: metrics.histogram(
      'logic_run_seconds',
      'Time of the programs for the readings of one batch',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
  };
};
