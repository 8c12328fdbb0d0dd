import { validateHeaderName, validateHeaderValue } from 'node:http';
import { decimal, integer, list, oneOf, text } from './env.js';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/**
 * Pairs as OpenTelemetry's variables have them; percent-encoded where need be.
 * @param check throws where a pair cannot be used
 */
const isPairs =
  (check: (name: string, value: string) => void = () => undefined) =>
  (pairs: string): boolean =>
    pairs.split(',').every((pair) => {
      if (pair.trim() === '') return true;
      const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair) ?? [];
      try {
        if (name !== '') check(name, decodeURIComponent(value).trim());
        return name !== '';
      } catch {
        return false;
      }
    });

/** Nothing of it is secret: it may stand in a line. */
function isReceiver(address: string): boolean {
  if (address === '') return true;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '')
  );
}

const receiver = (example: string, desc: string) =>
  text({
    default: '',
    pattern: isReceiver,
    allowed: `empty, or an address such as ${example}, without user, query and fragment`,
    desc,
  });

const protocol = (desc: string) => oneOf(['http/protobuf'], { default: 'http/protobuf', desc });

const headers = (desc: string) =>
  text({
    default: '',
    pattern: isPairs((name, value) => {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }),
    allowed: 'HTTP headers such as api-key=secret, comma-separated and percent-encoded',
    desc,
  });

/** Variables of traces, with the names and the meaning that OpenTelemetry gives them. */
export const tracesEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver(
    'http://collector:4318',
    'where traces are sent by OTLP over HTTP, without the /v1/traces; empty: there are none',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver(
    'http://collector:4318/v1/traces',
    'the whole address, in place of the above; empty: as that says',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol('how traces are sent; gRPC is not spoken'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol('the same, for traces'),
  OTEL_EXPORTER_OTLP_HEADERS: headers('HTTP headers of what is sent there'),
  OTEL_EXPORTER_OTLP_HEADERS_FILE: text({
    default: '',
    desc: 'file with OTEL_EXPORTER_OTLP_HEADERS',
  }),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers('more of them, which go before those of a like name'),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE: text({
    default: '',
    desc: 'file with OTEL_EXPORTER_OTLP_TRACES_HEADERS',
  }),
  OTEL_EXPORTER_OTLP_TIMEOUT: integer({
    default: 10_000,
    min: 1,
    max: 60_000,
    desc: 'milliseconds that the receiver may take',
  }),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: integer({
    default: 0,
    min: 0,
    max: 60_000,
    desc: 'the same, for traces; 0: as the above says',
  }),
  OTEL_BSP_SCHEDULE_DELAY: integer({
    default: 5000,
    min: 1,
    max: 600_000,
    desc: 'milliseconds that a span waits for others',
  }),
  OTEL_BSP_EXPORT_TIMEOUT: integer({
    default: 30_000,
    min: 1,
    max: 600_000,
    desc: 'milliseconds after which the next spans are sent, whatever became of the last',
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: integer({
    default: 2048,
    min: 1,
    max: 100_000,
    desc: 'spans that wait at most; more are lost',
  }),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: integer({
    default: 512,
    min: 1,
    max: 100_000,
    desc: 'spans that are sent together at most',
  }),
  // Of other flags 1 and yes are true; by OpenTelemetry's rules they are not, so they are refused.
  OTEL_SDK_DISABLED: text({
    default: 'false',
    pattern: /^(true|false)$/i,
    allowed: 'true or false',
    desc: 'true: there are no traces',
  }),
  OTEL_TRACES_EXPORTER: oneOf(['otlp', 'none'], {
    default: 'otlp',
    desc: 'none: there are no traces',
  }),
  OTEL_PROPAGATORS: list({
    default: ['tracecontext', 'baggage'],
    pattern: /^(tracecontext|baggage)$/,
    allowed: 'tracecontext, baggage, or both; it is W3C trace context in any case',
    desc: 'how a trace is carried on: in traceparent; baggage is not read',
  }),
  OTEL_SERVICE_NAME: text({
    default: '',
    pattern: /^[\x20-\x7e]{0,200}$/,
    allowed: 'up to 200 characters of ASCII',
    desc: 'name of the service in its traces; empty: its own',
  }),
  OTEL_RESOURCE_ATTRIBUTES: text({
    default: '',
    pattern: isPairs(),
    allowed: 'pairs such as deployment.environment.name=test, comma-separated and percent-encoded',
    desc: 'what else its traces say of the process',
  }),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS, {
    default: 'parentbased_always_on',
    desc: 'which traces are kept; parentbased: where a request brings a trace, as that says',
  }),
  OTEL_TRACES_SAMPLER_ARG: decimal({
    default: 1,
    min: 0,
    max: 1,
    desc: 'share of the traces that traceidratio keeps',
  }),
};
