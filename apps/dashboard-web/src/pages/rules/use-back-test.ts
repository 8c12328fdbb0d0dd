import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client.js';
import { backTest } from '../../api/back-test.js';
import { heard, NOTHING_FOUND, type BackTestState } from '../../core/back-test-state.js';
import type { Range } from '../../core/resolution.js';

type Json = Readonly<Record<string, unknown>>;
/** Numbers that change more often cannot be read. */
const SHOW_EVERY_MS = 250;

/** A back-test that runs, or ran. */
export interface Running {
  readonly rule: Json;
  readonly range: Range;
  readonly state: BackTestState;
  readonly isOn: boolean;
  /** Why it ended before its end. */
  readonly why?: string;
}

/** Runs a back-test at a time; another one, and leaving the view, end the one before. */
export function useBackTest(): {
  readonly running: Running | undefined;
  readonly start: (rule: Json, range: Range) => void;
  readonly cancel: () => void;
} {
  const [running, setRunning] = useState<Running>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const start = (rule: Json, range: Range): void => {
    abort.current?.abort();
    const own = (abort.current = new AbortController());
    let state = NOTHING_FOUND;
    let shownAt = 0;
    const show = (more: Pick<Running, 'isOn' | 'why'>): void => {
      if (abort.current === own) setRunning({ rule, range, state, ...more });
    };
    show({ isOn: true });
    const [from, to] = [range.from, range.to].map((ms) => new Date(ms).toISOString());
    backTest(
      { rule, from: from!, to: to! },
      (lines) => {
        state = heard(state, lines);
        if (Date.now() - shownAt < SHOW_EVERY_MS) return;
        shownAt = Date.now();
        show({ isOn: true });
      },
      own.signal,
    ).then(
      () => show(state.isWhole ? { isOn: false } : { isOn: false, why: 'It was cut off.' }),
      (error: unknown) => show({ isOn: false, why: reason(error, own.signal) }),
    );
  };
  return { running, start, cancel: () => abort.current?.abort() };
}

function reason(error: unknown, { aborted }: AbortSignal): string {
  if (aborted) return 'You ended it.';
  if (!(error instanceof ApiError)) return 'It was cut off.';
  return error.message;
}
