import { Empty } from '../parts/states.js';

/** For a fault of the page itself: the rest of it goes on. */
export const Broken = ({ error, reset }: { error: unknown; reset: () => void }) => (
  <Empty title="This view cannot be shown">
    <p>{error instanceof Error ? error.message : String(error)}</p>
    <button type="button" onClick={reset}>
      Try again
    </button>
  </Empty>
);
