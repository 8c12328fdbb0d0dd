import { PROBLEM_SCHEMA } from '@iot/service';
import type { SensorCatalogue } from '@iot/telemetry';
import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * The document with what only the running service knows: its sensors; and the schema of the problem
 * documents.
 */
export function withInstallation(
  document: OpenAPIObject,
  catalogue: SensorCatalogue,
): OpenAPIObject {
  const sensors = [...catalogue.byName.keys()];
  for (const { get } of Object.values(document.paths))
    for (const parameter of get?.parameters ?? [])
      if ('name' in parameter && parameter.name === 'sensor_type')
        Object.assign(parameter.schema ?? {}, { enum: sensors });
  const { components } = document;
  return {
    ...document,
    components: {
      ...components,
      schemas: { ...components?.schemas, Problem: PROBLEM_SCHEMA as never },
    },
  };
}
