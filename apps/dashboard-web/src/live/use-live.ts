import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { freshness, type Freshness } from '../core/freshness.js';
import type { LiveState } from '../core/live-state.js';
import { LiveStream } from './stream.js';

/** One for the page, whatever view it shows. */
export const stream = new LiveStream();

/** What the stream has told; of it only a part, where a view needs no more. */
export function useLive<T>(part: (state: LiveState) => T): T {
  return useSyncExternalStore(stream.subscribe, () => part(stream.current()));
}

/** Has the stream tell of a device while the view is open. */
export function useWatched(device: string): LiveState['device'] {
  useEffect(() => {
    stream.watch(device);
    return () => stream.watch(undefined);
  }, [device]);
  const row = useLive((state) => state.device);
  return row?.device_id === device ? row : undefined;
}

/** The time of day, each second. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How old what the page shows is. */
export function useFreshness(): Freshness {
  const clock = useSyncExternalStore(stream.subscribe, stream.currentClock);
  return freshness(clock, Math.max(useNow(), Date.now()));
}

/** After a gap, what was fetched before may lack something: it is fetched anew. */
export function useRefetchAfterGap(): void {
  const client = useQueryClient();
  const snapshots = useLive((state) => state.snapshots);
  useEffect(() => {
    if (snapshots > 1) void client.invalidateQueries();
  }, [client, snapshots]);
}
