import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';

/** Where there is nothing to show: why, and what to do. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="empty">
    <h2>{title}</h2>
    {children}
  </div>
);

/** Where something is on its way. */
export const Loading = ({ what }: { what: string }) => (
  <div className="empty" role="status">
    <span className="spinner" aria-hidden="true" /> Loading {what} …
  </div>
);

/** Where something could not be read. */
export function Failed({ what, error, again }: { what: string; error: Error; again: () => void }) {
  const fields = error instanceof ApiError ? error.errors : [];
  return (
    <div className="empty failed" role="alert">
      <h2>{what} cannot be read</h2>
      <p>{error.message}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map(({ field, message }) => (
            <li key={field}>{message}</li>
          ))}
        </ul>
      )}
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
