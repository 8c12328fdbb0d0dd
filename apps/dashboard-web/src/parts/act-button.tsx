import { useState } from 'react';
import './form.css';

interface Props {
  readonly verb: string;
  /** What it is done to, for those who hear the button. */
  readonly to: string;
  /** Asked before it is done; absent: it can be undone. */
  readonly sure?: string;
  readonly act: () => void;
}

/** A button of a row; what cannot be undone is asked for twice. */
export function ActButton({ verb, to, sure, act }: Props) {
  const [asks, setAsks] = useState(false);
  if (!asks || sure === undefined)
    return (
      <button
        type="button"
        aria-label={`${verb} ${to}`}
        onClick={() => (sure === undefined ? act() : setAsks(true))}
      >
        {verb}
      </button>
    );
  return (
    <span className="acts" role="group" aria-label={sure}>
      {sure}
      <button
        type="button"
        autoFocus
        onClick={() => {
          setAsks(false);
          act();
        }}
      >
        Yes, {verb.toLowerCase()}
      </button>
      <button type="button" onClick={() => setAsks(false)}>
        No
      </button>
    </span>
  );
}
