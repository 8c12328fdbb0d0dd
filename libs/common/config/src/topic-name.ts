/** What a topic may be called. */
export const topicName = {
  pattern: /^(?!\.{1,2}$)(?!__)[a-zA-Z0-9._-]{1,200}$/,
  allowed:
    'a Kafka topic name: 1–200 of A-Z a-z 0-9 . _ -, neither . nor .., and not one of Kafka’s own, which begin with __',
};
