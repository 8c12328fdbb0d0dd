import { integer, text } from './env.js';
import { topicName } from './topic-name.js';

/** The variable of who writes or reads the topic of logs. */
export const logsTopicEnv = {
  LOGS_TOPIC: text({
    default: 'telemetry.logs',
    pattern: (name) => name === '' || topicName.pattern.test(name),
    allowed: `empty, or ${topicName.allowed}`,
    desc: 'topic of the lines that services log; empty: they are on standard output alone',
  }),
};

/** Variables of who sends lines. */
export const logsEnv = {
  ...logsTopicEnv,
  LOGS_LINES_PER_SECOND: integer({
    default: 200,
    min: 1,
    max: 100_000,
    desc: 'lines a second that go to LOGS_TOPIC at most, and as many warnings and worse',
  }),
};
