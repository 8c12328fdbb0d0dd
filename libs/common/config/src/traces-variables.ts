import { decimal, flag, integer, oneOf, text } from './env.js';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Pairs as OpenTelemetry's variables have them; percent-encoded where need be. */
const isPairs = (list: string): boolean =>
  list.split(',').every((pair) => {
    if (pair.trim() === '') return true;
    const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
    try {
      return name !== '' && decodeURIComponent(value) !== undefined;
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

/** Variables of traces, with the names and the meaning that OpenTelemetry gives them. */
export const tracesEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: text({
    default: '',
    pattern: isReceiver,
    allowed: 'empty, or an address such as http://collector:4318, without user, query and fragment',
    desc: 'where traces are sent by OTLP over HTTP, without the /v1/traces; empty: there are none',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/protobuf'], {
    default: 'http/protobuf',
    desc: 'how traces are sent; gRPC is not spoken',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: text({
    default: '',
    pattern: isPairs,
    allowed: 'pairs such as api-key=secret, comma-separated and percent-encoded',
    desc: 'HTTP headers of what is sent there',
  }),
  OTEL_EXPORTER_OTLP_HEADERS_FILE: text({
    default: '',
    desc: 'file with OTEL_EXPORTER_OTLP_HEADERS',
  }),
  OTEL_EXPORTER_OTLP_TIMEOUT: integer({
    default: 10_000,
    min: 100,
    max: 60_000,
    desc: 'milliseconds that the receiver may take',
  }),
  OTEL_SDK_DISABLED: flag({ default: false, desc: 'true: there are no traces' }),
  OTEL_TRACES_EXPORTER: oneOf(['otlp', 'none'], {
    default: 'otlp',
    desc: 'none: there are no traces',
  }),
  OTEL_SERVICE_NAME: text({
    default: '',
    pattern: /^[\x20-\x7e]{0,200}$/,
    allowed: 'up to 200 characters of ASCII',
    desc: 'name of the service in its traces; empty: its own',
  }),
  OTEL_RESOURCE_ATTRIBUTES: text({
    default: '',
    pattern: isPairs,
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
