import { ConfigError, type loadConfig, type readingEnv, type windowEnv } from '@iot/config';
import type { RollupConfiguration } from './configuration.js';
import { parseWindows, type WindowSize } from './window.js';

type RollupVariables = ReturnType<
  typeof loadConfig<typeof windowEnv & Pick<typeof readingEnv, 'RAW_RETENTION_DAYS'>>
>;

const DAY_MS = 86_400_000;

/** What WINDOWS, ROLLUP_RETENTION and RAW_RETENTION_DAYS say. @throws ConfigError naming WINDOWS */
export function rollupsFrom(config: RollupVariables): RollupConfiguration {
  const retention = config.ROLLUP_RETENTION.map((pair) => pair.split(':'));
  return {
    windows: windowsOf(config.WINDOWS),
    rollupRetentionMs: Object.fromEntries(
      retention.map(([window, days]) => [window!, Number(days) * DAY_MS]),
    ),
    rawRetentionMs: config.RAW_RETENTION_DAYS * DAY_MS,
  };
}

function windowsOf(texts: readonly string[]): WindowSize[] {
  try {
    return parseWindows(texts);
  } catch (error) {
    throw new ConfigError(
      `WINDOWS is ${JSON.stringify(texts.join(','))}; allowed: window sizes such as 1m,1h,1d (${(error as Error).message})`,
    );
  }
}
