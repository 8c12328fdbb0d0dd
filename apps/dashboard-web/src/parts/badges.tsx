import type { AlertRow } from '../api/schema.js';

/** How grave an alert is: by colour, form and word. */
export const Severity = ({ of }: { of: AlertRow['severity'] }) => (
  <span className={`severity ${of}`}>
    <span className="dot" aria-hidden="true" />
    {of}
  </span>
);

export const Status = ({ of }: { of: AlertRow['status'] }) => (
  <span className={`status ${of}`}>{of}</span>
);
