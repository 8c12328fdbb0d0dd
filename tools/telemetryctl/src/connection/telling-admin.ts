import { withRights, type Admin, type Right } from '@iot/kafka';

type Told = {
  [Method in keyof Admin]?: Admin[Method] extends (...args: infer Args) => unknown
    ? (...args: Args) => Right[]
    : never;
};

const right = (
  operation: Right['operation'],
  resource: Right['resource'],
  names: readonly string[],
): Right => ({ operation, resource, names });

/** The rights that a question to Kafka needs. */
const NEEDS: Told = {
  fetchTopicMetadata: (options) => [right('Describe', 'topic', options?.topics ?? [])],
  fetchTopicOffsets: (topic) => [right('Describe', 'topic', [topic])],
  fetchTopicOffsetsByTimestamp: (topic) => [right('Describe', 'topic', [topic])],
  describeConfigs: ({ resources }) => [
    right(
      'DescribeConfigs',
      'topic',
      resources.map(({ name }) => name),
    ),
  ],
  createTopics: ({ topics }) => [
    right(
      'Create',
      'topic',
      topics.map(({ topic }) => topic),
    ),
  ],
  fetchOffsets: ({ groupId, topics = [] }) => [
    right('Describe', 'group', [groupId]),
    right('Describe', 'topic', topics as string[]),
  ],
};

/**
 * An admin that says which ACL is missing when Kafka refuses something. Kafka lists only the topics
 * that a user may describe, so one of `topics` that is not listed is asked for by its name.
 */
export function tellingAdmin(admin: Admin, topics: readonly string[]): Admin {
  const listTopics = async (): Promise<string[]> => {
    const listed = await admin.listTopics();
    for (const topic of topics) if (!listed.includes(topic)) await mayDescribe(admin, topic);
    return listed;
  };
  // One by one, as kafkajs does not say which of several was refused.
  const describeGroups: Admin['describeGroups'] = async (groupIds) => {
    const groups = [];
    for (const group of groupIds)
      groups.push(
        ...(await withRights([right('Describe', 'group', [group])], () =>
          admin.describeGroups([group]),
        ).then((described) => described.groups)),
      );
    return { groups };
  };
  const own: Partial<Admin> = { listTopics, describeGroups };
  return new Proxy(admin, {
    get(target, name: keyof Admin) {
      if (Object.hasOwn(own, name)) return own[name];
      const method = target[name] as unknown;
      const needs = NEEDS[name] as ((...args: unknown[]) => Right[]) | undefined;
      if (!needs || typeof method !== 'function') return method;
      return (...args: unknown[]) =>
        withRights(needs(...args), () => method.apply(target, args) as Promise<unknown>);
    },
  });
}

const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

async function mayDescribe(admin: Admin, topic: string): Promise<void> {
  await withRights([right('Describe', 'topic', [topic])], () =>
    admin.fetchTopicMetadata({ topics: [topic] }),
  ).catch((error: unknown) => {
    if ((error as { type?: string }).type !== UNKNOWN_TOPIC) throw error;
  });
}
