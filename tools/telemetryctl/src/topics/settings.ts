import { TOPIC_RESOURCE, type Admin } from '@iot/kafka';

/** `retention.ms` and `cleanup.policy` of topics, by topic. */
export async function topicSettings(
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const configNames = ['retention.ms', 'cleanup.policy'];
  const resources = topics.map((name) => ({ type: TOPIC_RESOURCE, name, configNames }));
  const described = await admin.describeConfigs({ includeSynonyms: false, resources });
  return new Map(
    described.resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(
        configEntries.map(({ configName, configValue }) => [configName, configValue]),
      ),
    ]),
  );
}
