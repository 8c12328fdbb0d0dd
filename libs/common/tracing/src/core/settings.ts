import { pairsOf } from './pairs.js';

/** The variables of traces, as `tracesEnv` reads them. */
export interface TracesConfig {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: string;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: string;
  readonly OTEL_EXPORTER_OTLP_HEADERS: string;
  readonly OTEL_EXPORTER_OTLP_TRACES_HEADERS: string;
  readonly OTEL_EXPORTER_OTLP_TIMEOUT: number;
  readonly OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: number;
  readonly OTEL_BSP_SCHEDULE_DELAY: number;
  readonly OTEL_BSP_EXPORT_TIMEOUT: number;
  readonly OTEL_BSP_MAX_QUEUE_SIZE: number;
  readonly OTEL_BSP_MAX_EXPORT_BATCH_SIZE: number;
  readonly OTEL_SDK_DISABLED: string;
  readonly OTEL_TRACES_EXPORTER: 'otlp' | 'none';
  readonly OTEL_SERVICE_NAME: string;
  readonly OTEL_RESOURCE_ATTRIBUTES: string;
  readonly OTEL_TRACES_SAMPLER: string;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}

/** A process whose traces these are. */
export interface Process {
  readonly service: string;
  readonly version: string;
  /** As its lines of logs name it. */
  readonly instance: string;
}

/** How traces are kept. */
export interface Settings {
  /** The whole address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How spans wait to be sent. */
  readonly queue: {
    readonly spans: number;
    readonly spansAtOnce: number;
    readonly delayMs: number;
    readonly timeoutMs: number;
  };
  readonly resource: Readonly<Record<string, string>>;
  readonly sampling: {
    readonly root: 'on' | 'off' | 'ratio';
    readonly ratio: number;
    /** Whether a trace that comes from elsewhere says whether it is kept. */
    readonly byParent: boolean;
  };
}

/** @returns undefined: there are no traces */
export function settingsOf(config: TracesConfig, process: Process): Settings | undefined {
  const { OTEL_TRACES_SAMPLER: sampler, OTEL_BSP_MAX_QUEUE_SIZE: spans } = config;
  const url = urlOf(config);
  const disabled = config.OTEL_SDK_DISABLED.toLowerCase() === 'true';
  if (url === '' || disabled || config.OTEL_TRACES_EXPORTER === 'none') return undefined;
  return {
    url,
    headers: {
      ...pairsOf(config.OTEL_EXPORTER_OTLP_HEADERS),
      ...pairsOf(config.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    timeoutMs: config.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT || config.OTEL_EXPORTER_OTLP_TIMEOUT,
    queue: {
      spans,
      spansAtOnce: Math.min(config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, spans),
      delayMs: config.OTEL_BSP_SCHEDULE_DELAY,
      timeoutMs: config.OTEL_BSP_EXPORT_TIMEOUT,
    },
    // OTEL_SERVICE_NAME goes before OTEL_RESOURCE_ATTRIBUTES, and both before what is known anyway.
    resource: {
      'service.name': process.service,
      'service.version': process.version,
      'service.instance.id': process.instance,
      ...pairsOf(config.OTEL_RESOURCE_ATTRIBUTES),
      ...(config.OTEL_SERVICE_NAME !== '' && { 'service.name': config.OTEL_SERVICE_NAME }),
    },
    sampling: {
      root: sampler.endsWith('_on') ? 'on' : sampler.endsWith('_off') ? 'off' : 'ratio',
      ratio: config.OTEL_TRACES_SAMPLER_ARG,
      byParent: sampler.startsWith('parentbased_'),
    },
  };
}

/** The address for traces is taken as it is, the one for all is a folder. Empty: there is none. */
function urlOf({
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own,
  OTEL_EXPORTER_OTLP_ENDPOINT: all,
}: TracesConfig): string {
  if (own !== '' || all === '') return own;
  return `${all.replace(/\/+$/, '')}/v1/traces`;
}
