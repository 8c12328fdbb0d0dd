import { ConfigError, decimal, loadConfig } from '@iot/config';
import { thresholdEnv, thresholdsFrom, withThresholds, type SensorCatalogue } from '@iot/telemetry';
import { compileThresholds, type Thresholds } from './core/thresholds.js';

/**
 * What the thresholds follow from, apart from the catalogue: in the environment, and in the
 * ConfigMap under the same names.
 */
export const thresholdVariables = {
  ...thresholdEnv,
  ALERT_CRITICAL_MARGIN: decimal({
    default: 0.1,
    min: 0,
    max: 1000,
    desc: 'an alert is critical when the value passes its bound by more than this fraction of max − min (of the bound itself where there is only one)',
  }),
};

/**
 * Makes thresholds from variables: the same checks and the same words for the environment and for a
 * ConfigMap.
 */
export class ThresholdVariables {
  private own: NodeJS.ProcessEnv;
  private ownIsKnown = false;

  /**
   * @param env of the process; the container may have the ConfigMap's variables in it, as they were
   * when it started
   */
  constructor(
    private readonly catalogue: SensorCatalogue,
    env: NodeJS.ProcessEnv,
  ) {
    this.own = Object.fromEntries(Object.keys(thresholdVariables).map((name) => [name, env[name]]));
  }

  /** Thresholds of the environment. @throws ConfigError naming every bad variable */
  fromEnvironment(): Thresholds {
    return this.compile(this.own);
  }

  /**
   * Thresholds of the ConfigMap, over those that the environment has on its own: a variable that
   * the ConfigMap had and has no longer goes back to its default, as it will when the process is
   * started again.
   * @throws ConfigError naming every bad or unknown variable
   */
  fromConfigMap(data: Readonly<Record<string, string>>): Thresholds {
    const unknown = Object.keys(data).filter((name) => !Object.hasOwn(thresholdVariables, name));
    if (!this.ownIsKnown) {
      this.own = Object.fromEntries(
        Object.entries(this.own).filter(([name]) => !Object.hasOwn(data, name)),
      );
      this.ownIsKnown = true;
    }
    if (unknown.length > 0)
      throw new ConfigError(
        unknown
          .map(
            (name) =>
              `${name} is no threshold; allowed: ${Object.keys(thresholdVariables).join(', ')}`,
          )
          .join('\n'),
      );
    return this.compile({ ...this.own, ...data });
  }

  private compile(env: NodeJS.ProcessEnv): Thresholds {
    const loaded = loadConfig(thresholdVariables, env);
    return compileThresholds(
      withThresholds(this.catalogue, thresholdsFrom(loaded)).sensors,
      loaded.ALERT_CRITICAL_MARGIN,
    );
  }
}
