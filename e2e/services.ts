import type { EnvSpec } from '@iot/config';
import { shortName, type ServiceName } from '@iot/register';
import type { RunConfig, ServiceDefinition } from '@iot/service';

/** One export of a file of a service. @throws naming the file that does not export it */
async function exported(name: ServiceName, file: string, what: string): Promise<unknown> {
  const path = `apps/${name}/src/${file}`;
  const module = (await import(`../${path}.js`)) as Record<string, unknown>;
  if (module[what] === undefined) throw new Error(`${path}.ts exports no ${what}`);
  return module[what];
}

/** What the program of a service runs. */
export const serviceOf = async (name: ServiceName): Promise<ServiceDefinition<RunConfig>> =>
  (await exported(name, 'service', 'service')) as ServiceDefinition<RunConfig>;

/** Loads the configuration of a service from an environment. */
export const configOf = async (name: ServiceName): Promise<(env: NodeJS.ProcessEnv) => RunConfig> =>
  (await exported(name, 'config', `${shortName(name)}Config`)) as (
    env: NodeJS.ProcessEnv,
  ) => RunConfig;

/** The variables of a service. */
export const variablesOf = async (name: ServiceName): Promise<EnvSpec> =>
  (await exported(name, 'config', `${shortName(name)}Env`)) as EnvSpec;

/** Sees to it that a service has the files and the exports that all have. @throws what it lacks */
export async function mustHaveTheShape(name: ServiceName): Promise<void> {
  const short = shortName(name);
  await serviceOf(name);
  await configOf(name);
  await variablesOf(name);
  await exported(name, 'metrics', `${short}Metrics`);
  await exported(name, `${short}.module`, `${short[0]!.toUpperCase()}${short.slice(1)}Module`);
}
