import { useEffect, useState } from 'react';
import { addressOf } from '../../api/client.js';
import type { LogRow } from '../../api/schema.js';
import { lineFilters, type LogsSearch } from './search.js';

/** Lines that a page keeps of those that came while it followed. */
const KEPT = 500;

export interface Tailed {
  /** The newest first. */
  readonly lines: readonly LogRow[];
  /** Why there may be others; undefined: there are none. */
  readonly trouble: string | undefined;
}

const NOTHING: Tailed = { lines: [], trouble: undefined };

/** The lines that come while somebody follows them; a browser connects again by itself. */
export function useTail(search: LogsSearch, isOn: boolean): Tailed {
  const [tailed, setTailed] = useState(NOTHING);
  const address = addressOf('/logs/tail', lineFilters(search));
  useEffect(() => {
    setTailed(NOTHING);
    if (!isOn) return;
    const source = new EventSource(address);
    const say = (trouble: string | undefined): void =>
      setTailed((before) => ({ ...before, trouble }));
    source.addEventListener('line', ({ data }: MessageEvent<string>) => {
      const line = JSON.parse(data) as LogRow;
      setTailed(({ lines, trouble }) => ({ lines: [line, ...lines].slice(0, KEPT), trouble }));
    });
    source.addEventListener('beat', ({ data }: MessageEvent<string>) => {
      const { trouble, passed } = JSON.parse(data) as { trouble: string | null; passed: boolean };
      if (passed) say('More lines come than can be shown: some were passed by.');
      else say(trouble ?? undefined);
    });
    source.onerror = () => say('The connection is lost; lines that come now are missing here.');
    return () => source.close();
  }, [address, isOn]);
  return tailed;
}
