import type { EnvSpec } from '@iot/config';
import type { ServiceName } from '@iot/register';
import type { RunConfig, ServiceDefinition } from '@iot/service';

const exportsOf = async (name: ServiceName, file: string): Promise<unknown[]> =>
  Object.values((await import(`../apps/${name}/src/${file}.js`)) as Record<string, unknown>);

const only = <T>(found: T | undefined, name: ServiceName, file: string, what: string): T => {
  if (found === undefined) throw new Error(`apps/${name}/src/${file}.ts exports no ${what}`);
  return found;
};

/** What the program of a service runs. @throws naming the file that does not export it */
export async function definitionOf(name: ServiceName): Promise<ServiceDefinition<RunConfig>> {
  const isOne = (it: unknown): it is ServiceDefinition<RunConfig> =>
    (it as { name?: unknown }).name === name;
  return only(
    (await exportsOf(name, 'definition')).find(isOne),
    name,
    'definition',
    `service of the name ${name}`,
  );
}

/**
 * Loads the configuration of a service from an environment. @throws naming the file that does not
 * export it
 */
export async function configOf(name: ServiceName): Promise<(env: NodeJS.ProcessEnv) => RunConfig> {
  const isOne = (it: unknown): it is (env: NodeJS.ProcessEnv) => RunConfig =>
    typeof it === 'function' && /config$/i.test(it.name);
  return only(
    (await exportsOf(name, 'config')).find(isOne),
    name,
    'config',
    'function that loads it',
  );
}

/** The variables of a service. @throws naming the file that does not export them */
export async function variablesOf(name: ServiceName): Promise<EnvSpec> {
  const isOne = (it: unknown): it is EnvSpec =>
    typeof it === 'object' && it !== null && 'PORT' in it;
  return only(
    (await exportsOf(name, 'config')).find(isOne),
    name,
    'config',
    'variables with a PORT',
  );
}
