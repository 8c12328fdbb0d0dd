import { Link } from '@tanstack/react-router';
import type { LogRow } from '../../api/schema.js';
import { shortened } from '../../core/format.js';
import type { SimpleColumn } from '../../parts/simple-table.js';
import { Moment } from '../../parts/time.js';

const GRAVE: Readonly<Record<string, string>> = {
  warn: 'warning',
  error: 'critical',
  fatal: 'critical',
};

/** How grave a line is: by form and word. */
const Level = ({ of }: { of: LogRow['level'] }) =>
  GRAVE[of] ? <span className={`severity ${GRAVE[of]}`}>{of}</span> : <>{of}</>;

/** What a line says, with the rest of it at hand. */
function Said({ line }: { line: LogRow }) {
  const { body, trace_id, event_id, instance, attributes } = line;
  const rest = { ...attributes, ...(instance && { instance }), ...(event_id && { event_id }) };
  return (
    <details>
      <summary>{shortened(body, 300) || '(no text)'}</summary>
      {trace_id && (
        <p>
          <Link to="/ui/logs" search={{ trace: trace_id }}>
            All lines of this trace
          </Link>
        </p>
      )}
      <pre>{JSON.stringify(rest, null, 2)}</pre>
    </details>
  );
}

export const COLUMNS: readonly SimpleColumn<LogRow>[] = [
  { title: 'Time', cell: ({ timestamp }) => <Moment at={timestamp} /> },
  { title: 'Level', cell: ({ level }) => <Level of={level} /> },
  { title: 'Service', isWide: true, cell: ({ service }) => service },
  {
    title: 'Device',
    isWide: true,
    cell: ({ device_id }) =>
      device_id && (
        <Link to="/ui/devices/$id" params={{ id: device_id }} className="id">
          {device_id}
        </Link>
      ),
  },
  { title: 'Text', cell: (line) => <Said line={line} /> },
];
