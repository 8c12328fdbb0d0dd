import type { Rule } from './rule.js';

const [BATCH, QUEUE] = ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_BSP_MAX_QUEUE_SIZE'] as const;

/** What is sent together has to have waited together. The default gives way. */
export const tracesRule: Rule = {
  of: [BATCH, QUEUE],
  problems: (values, given) => {
    const [batch, queue] = [values[BATCH] as number, values[QUEUE] as number];
    return given.has(BATCH) && batch > queue
      ? [`${BATCH} is ${batch} and ${QUEUE} is ${queue}; allowed: no more than can wait`]
      : [];
  },
};
