/** Panels that several dashboards show. */
import { lines, row, stat } from './panels.mjs';
import { mean, OWN_ROUTES, quantile, rate, SERVICES } from './queries.mjs';

export const http = (service) => {
  const select = `service="${service}", ${OWN_ROUTES}`;
  return [
    row('HTTP'),
    lines('Requests, by status', 'reqps', {
      '{{route}} {{status}}': rate('http_requests_total', 'route, status', select),
    }),
    lines('p50 and p99 of a request', 's', {
      '{{method}} {{route}} p50': quantile(
        0.5,
        'http_request_duration_seconds',
        'method, route',
        select,
      ),
      '{{method}} {{route}} p99': quantile(
        0.99,
        'http_request_duration_seconds',
        'method, route',
        select,
      ),
    }),
    lines('Failed on our side', 'percentunit', {
      'share of 5xx': `${rate('http_requests_total', '', `${select}, status=~"5.."`)} / ${rate('http_requests_total', '', select)}`,
    }),
  ];
};
export const processes = (service = SERVICES) => {
  const of = `$of, service=~"${service}"`;
  return [
    row('Processes'),
    lines('CPU, in cores', 'none', {
      '{{service}} {{instance}}': `sum by (service, instance) (rate(process_cpu_seconds_total{${of}}[$__rate_interval]))`,
    }),
    lines('Memory', 'bytes', {
      '{{service}} {{instance}}': `sum by (service, instance) (process_resident_memory_bytes{${of}})`,
    }),
    lines('Event loop late, p99', 's', {
      '{{service}} {{instance}}': `max by (service, instance) (nodejs_eventloop_lag_p99_seconds{${of}})`,
    }),
    lines(
      'Ready',
      'none',
      {
        '{{service}} {{instance}} {{check}}': `min by (service, instance, check) (health_check_up{${of}})`,
      },
      {
        description:
          '1: the process reaches Kafka and the database. A worker whose partitions wait for the database shows 0 for kafka, too.',
      },
    ),
    lines('Starts', 'none', {
      '{{service}} {{instance}}': `changes(process_start_time_seconds{${of}}[$__rate_interval])`,
    }),
    lines('Versions', 'none', {
      '{{service}} {{version}}': `count by (service, version) (build_info{${of}})`,
    }),
    lines('Heap', 'bytes', {
      '{{service}} {{instance}} used': `sum by (service, instance) (nodejs_heap_size_used_bytes{${of}})`,
      '{{service}} {{instance}} of': `sum by (service, instance) (nodejs_heap_size_total_bytes{${of}})`,
    }),
  ];
};

export const running = (service) =>
  stat(
    'Running',
    'Processes that answer Prometheus.',
    'none',
    `count(process_start_time_seconds{$of, service="${service}"})`,
    {
      colors: { red: null, green: 1 },
    },
  );
export const behind = (service = '.+') =>
  stat(
    'Behind',
    'Age of the newest record that is handled while others wait; the worst partition, retry topics left out.',
    's',
    `max(consumer_lag_seconds{$of, service=~"${service}", topic!~".+[.]retry[.][0-9]+"})`,
    { colors: { green: null, yellow: 5, red: 60 } },
  );
export const setAside = (service = '.+') => {
  const of = `records_dead_lettered_total{$of, service=~"${service}"}`;
  return stat(
    'Dead letters',
    'Records set aside in the last hour.',
    'none',
    `sum((${of} unless ${of} offset 1h) or increase(${of}[1h]))`,
    {
      colors: { green: null, yellow: 1, red: 100 },
      decimals: 0,
    },
  );
};

export const accepted = lines('Readings accepted', 'cps', {
  accepted: rate('readings_accepted_total'),
});
export const refused = lines(
  'Readings refused, by reason',
  'cps',
  { '{{reason}}': rate('readings_rejected_total', 'reason') },
  { stacked: true },
);
export const acknowledged = lines(
  'Kafka acknowledges',
  's',
  {
    p50: quantile(0.5, 'kafka_produce_duration_seconds'),
    p99: quantile(0.99, 'kafka_produce_duration_seconds'),
  },
  { description: 'Time from a send until Kafka acknowledged it.' },
);
export const sendFailures = lines('Sends that failed, deadlines missed', 'cps', {
  'failed sends': rate('kafka_produce_failures_total'),
  'answered 503: deadline': rate('ingest_deadline_misses_total'),
});
export const sendSize = lines('Records a send', 'short', {
  mean: mean('kafka_produce_size_records'),
});
export const buffer = lines(
  'Buffer',
  'bytes',
  {
    '{{instance}}': 'sum by (instance) (ingest_buffer_bytes{$of})',
    limit: 'max(ingest_buffer_limit_bytes{$of})',
  },
  {
    description:
      'Bodies and unacknowledged records that are held. At the limit requests are answered 503.',
  },
);

export const consumption = (service = '.+') => {
  const select = `service=~"${service}"`;
  return {
    consumed: lines('Records consumed', 'cps', {
      '{{service}} {{topic}}': rate('records_consumed_total', 'service, topic', select),
    }),
    records: lines('Behind, in records', 'short', {
      '{{service}} {{topic}}': `sum by (service, topic) (max by (service, topic, partition) (consumer_lag_records{$of, ${select}}))`,
    }),
    seconds: lines('Behind, in seconds', 's', {
      '{{service}} {{topic}}': `max by (service, topic) (consumer_lag_seconds{$of, ${select}})`,
    }),
    aside: lines('Set aside', 'cps', {
      '{{service}} {{stage}}: {{reason}}': rate(
        'records_dead_lettered_total',
        'service, stage, reason',
        select,
      ),
      '{{service}} to {{topic}}': rate('records_retried_total', 'service, topic', select),
      '{{service}} came back from the dead letters': rate(
        'records_redriven_total',
        'service',
        select,
      ),
    }),
    waits: lines(
      'Partitions made to wait',
      'cps',
      {
        '{{service}}': rate('partition_waits_total', 'service', select),
        '{{service}}: joined its group': rate('consumer_rebalances_total', 'service', select),
      },
      {
        description:
          'Because the database or Kafka was unwell; and how often members joined their group.',
      },
    ),
    batchTime: lines('Time of a batch', 's', {
      '{{service}} p50': quantile(0.5, 'batch_duration_seconds', 'service', select),
      '{{service}} p99': quantile(0.99, 'batch_duration_seconds', 'service', select),
    }),
    batchSize: lines('Records in a batch', 'short', {
      '{{service}} mean':
        `sum by (service) (rate(batch_size_records_sum{$of, ${select}}[$__rate_interval])) / ` +
        `sum by (service) (rate(batch_size_records_count{$of, ${select}}[$__rate_interval]))`,
      '{{service}} being handled': `sum by (service) (records_in_flight{$of, ${select}})`,
    }),
    owned: lines('Partitions owned', 'none', {
      '{{service}} {{topic}}': `sum by (service, topic) (consumer_assigned_partitions{$of, ${select}})`,
    }),
  };
};

export const events = lines('Events stored, duplicate, delivered again', 'cps', {
  stored: rate('events_stored_total'),
  duplicate: rate('events_duplicate_total'),
  'delivered again': rate('events_replayed_total'),
});
export const rows = lines('Rollup rows', 'cps', {
  written: rate('rollup_rows_written_total'),
  recomputed: rate('rollup_rows_recomputed_total'),
  'lost to another writer': rate('rollup_conflicts_total'),
});
export const alertsRaised = lines('Alerts', 'cps', {
  'raised: {{severity}} {{alert_type}}': rate('alerts_raised_total', 'severity, alert_type'),
  'resolved: {{alert_type}}': rate('alerts_resolved_total', 'alert_type'),
});
export const evaluated = lines('Readings evaluated', 'cps', {
  evaluated: rate('readings_evaluated_total'),
  'changed nothing': rate('readings_not_newer_total'),
});
export const checkpoints = [
  lines('Checkpoints of alert states', 'cps', {
    '{{outcome}}': rate('checkpoints_total', 'outcome'),
    'states dropped: another worker was newer': rate('alert_state_conflicts_total'),
  }),
  lines('Time of a checkpoint', 's', {
    p50: quantile(0.5, 'checkpoint_duration_seconds'),
    p99: quantile(0.99, 'checkpoint_duration_seconds'),
  }),
];
export const firing = stat(
  'Alerts firing',
  'Of the platform itself, by its rules.',
  'none',
  'count(ALERTS{$of, alertname=~"Iot.+", alertstate="firing"})',
  {
    colors: { green: null, red: 1 },
  },
);
