import { dashboard, lines, row, stat } from '../panels.mjs';
import {
  accepted,
  acknowledged,
  buffer,
  http,
  processes,
  refused,
  running,
  sendFailures,
  sendSize,
} from '../parts.mjs';
import { mean, quantile, rate } from '../queries.mjs';

export default dashboard(
  'ingestion',
  'ingestion API',
  'What devices send, and how Kafka takes it.',
  [
    row('Now'),
    running('ingestion-api'),
    stat(
      'Accepted',
      'Readings a second that Kafka acknowledged.',
      'cps',
      rate('readings_accepted_total'),
    ),
    stat(
      'Refused',
      'Readings a second that were refused, for whatever reason.',
      'cps',
      rate('readings_rejected_total'),
    ),
    stat(
      '503',
      'Share of the requests that were answered 503: devices send them again.',
      'percentunit',
      `${rate('http_requests_total', '', 'service="ingestion-api", method="POST", status="503"')} / ${rate('http_requests_total', '', 'service="ingestion-api", method="POST"')}`,
      {
        colors: { green: null, yellow: 0.01, red: 0.2 },
      },
    ),
    stat(
      'p99',
      'One request in a hundred takes longer.',
      's',
      quantile(0.99, 'http_request_duration_seconds', '', 'service="ingestion-api", method="POST"'),
      {
        colors: { green: null, yellow: 0.5, red: 1 },
      },
    ),
    stat(
      'Buffer',
      'Of the process whose buffer is the fullest.',
      'percentunit',
      'max(ingest_buffer_bytes{$of} / ingest_buffer_limit_bytes{$of})',
      {
        colors: { green: null, yellow: 0.5, red: 0.8 },
      },
    ),
    row('Readings'),
    accepted,
    refused,
    lines('Readings in a batch', 'short', {
      mean: mean('ingest_batch_size_readings'),
      p99: quantile(0.99, 'ingest_batch_size_readings'),
    }),
    row('Device keys'),
    lines('Requests without a valid key', 'cps', {
      '{{reason}}': rate('requests_unauthorized_total', 'reason'),
    }),
    lines('Asked by MQTT brokers', 'cps', {
      '{{about}} {{result}}': rate('mqtt_broker_questions_total', 'about, result'),
    }),
    lines('Keys in memory', 'short', { '{{kind}}': 'max by (kind) (credentials_held{$of})' }),
    lines('Age of the keys', 's', {
      '{{instance}}': 'max by (instance) (credentials_age_seconds{$of})',
    }),
    row('Kafka'),
    acknowledged,
    sendFailures,
    sendSize,
    buffer,
    lines('Sends that Kafka has not acknowledged', 'short', {
      '{{instance}}': 'sum by (instance) (kafka_sends_in_flight{$of})',
    }),
    ...http('ingestion-api'),
    ...processes('ingestion-api'),
  ],
);
