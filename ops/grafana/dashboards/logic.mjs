import { dashboard, lines, row } from '../panels.mjs';
import { behind, consumption, processes, running, setAside } from '../parts.mjs';
import { rate } from '../queries.mjs';

const own = consumption('logic-worker');

export default dashboard('logic', 'logic worker', 'What it takes in, and how far behind it is.', [
  row('Now'),
  running('logic-worker'),
  behind('logic-worker'),
  setAside('logic-worker'),
  row('Work'),
  lines('Values by sensor', 'cps', {
    '{{sensor_type}}': rate('logic_values_total', 'sensor_type'),
  }),
  row('Consumption'),
  own.consumed,
  own.records,
  own.seconds,
  own.batchTime,
  own.batchSize,
  own.owned,
  own.aside,
  own.waits,
  ...processes('logic-worker'),
]);
