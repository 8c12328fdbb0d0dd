import type { Admin } from 'kafkajs';
import { TOPIC_RESOURCE } from './topics.js';

/** Settings of topics that are in force, by topic. */
export async function topicSettings(
  admin: Admin,
  topics: readonly string[],
  configNames: string[] = ['retention.ms', 'cleanup.policy'],
): Promise<Map<string, Record<string, string>>> {
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
