import { SERVICES, shortName } from '../../../libs/common/register/src/services.js';
import { dashboard, bars, lines, row, stat } from '../panels.mjs';
import { consumption, setAside } from '../parts.mjs';
import { rate } from '../queries.mjs';

const all = consumption();
const consumers = SERVICES.filter(({ group }) => group).map(({ name }) => ({
  name,
  short: shortName(name),
}));

export default dashboard(
  'kafka-lag',
  'Kafka lag',
  'How far behind each group is, where, and when it will be there.',
  [
    row('Now'),
    ...consumers.map(({ name, short }) =>
      stat(
        `${short[0].toUpperCase()}${short.slice(1)} behind`,
        'Age of the newest record that is handled while others wait.',
        's',
        `max(consumer_lag_seconds{$of, service="${name}", topic!~".+[.]retry[.][0-9]+"})`,
        { colors: { green: null, yellow: 5, red: 60 } },
      ),
    ),
    stat(
      'Records behind',
      'Of all groups together.',
      'short',
      'sum(max by (service, topic, partition) (consumer_lag_records{$of}))',
      {
        colors: { green: null, yellow: 10_000, red: 1_000_000 },
      },
    ),
    stat(
      'In retry',
      'Records on retry topics: they wait on purpose.',
      'short',
      'sum(max by (service, topic, partition) (consumer_lag_records{$of, topic=~".+[.]retry[.][0-9]+"}))',
    ),
    stat(
      'Members',
      'Workers that are in their group.',
      'none',
      'count(count by (service, instance) (consumer_assigned_partitions{$of}))',
      {
        colors: { red: null, green: consumers.length },
      },
    ),
    setAside(),
    row('Lag'),
    lines(
      'Behind, in seconds',
      's',
      {
        '{{service}}': 'max by (service) (consumer_lag_seconds{$of, topic!~".+[.]retry[.][0-9]+"})',
      },
      { w: 12, limit: 60, description: 'IotConsumerLag fires above the line.' },
    ),
    lines(
      'Behind, in records',
      'short',
      {
        '{{service}} {{topic}}':
          'sum by (service, topic) (max by (service, topic, partition) (consumer_lag_records{$of}))',
      },
      { w: 12 },
    ),
    lines(
      'Comes and goes',
      'cps',
      {
        accepted: rate('readings_accepted_total'),
        '{{service}} handles': rate(
          'records_consumed_total',
          'service',
          'topic!~".+[.]retry[.][0-9]+"',
        ),
      },
      { w: 12, description: 'A group catches up when it handles more than comes in.' },
    ),
    lines(
      'There in',
      's',
      {
        '{{service}}':
          'sum by (service) (max by (service, topic, partition) (consumer_lag_records{$of, topic!~".+[.]retry[.][0-9]+"})) / ' +
          '(sum by (service) (-deriv(consumer_lag_records{$of, topic!~".+[.]retry[.][0-9]+"}[5m])) > 0)',
      },
      {
        w: 12,
        description:
          'The lag at the pace of the last five minutes; nothing while it does not shrink.',
      },
    ),
    row('Where'),
    ...consumers.map(({ name, short }, i) =>
      bars(
        `Records by partition: ${short}`,
        'short',
        '{{topic}} {{partition}}',
        `sort_desc(max by (topic, partition) (consumer_lag_records{$of, service="${name}"}) > 0)`,
        {
          w: 12,
          ...(i === 0 && {
            description:
              'A few partitions behind: some devices send most of the load, or one member hangs.',
          }),
        },
      ),
    ),
    row('Why'),
    lines('Partitions by member', 'none', {
      '{{service}} {{instance}}':
        'sum by (service, instance) (consumer_assigned_partitions{$of, topic!~".+[.]retry[.][0-9]+"})',
    }),
    all.waits,
    all.batchTime,
  ],
);
