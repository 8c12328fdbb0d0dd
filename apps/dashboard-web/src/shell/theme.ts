import { useSyncExternalStore } from 'react';
import type { Zone } from '../core/format.js';

/** What the viewer has chosen, kept in this browser. */
const listeners = new Set<() => void>();

function stored<T extends string>(key: string, allowed: readonly T[], usual: T) {
  const read = (): T => {
    try {
      const value = localStorage.getItem(key) as T | null;
      return value !== null && allowed.includes(value) ? value : usual;
    } catch {
      return usual;
    }
  };
  let current = read();
  return {
    get: (): T => current,
    set: (value: T): void => {
      current = value;
      try {
        localStorage.setItem(key, value);
      } catch {
        // Where nothing can be kept, the choice is good for this visit.
      }
      for (const listener of listeners) listener();
    },
  };
}

export type Theme = 'system' | 'light' | 'dark';
export const theme = stored<Theme>('theme', ['system', 'light', 'dark'], 'system');
export const zone = stored<Zone>('zone', ['local', 'UTC'], 'local');

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme.get);
export const useZone = (): Zone => useSyncExternalStore(subscribe, zone.get);

/** Shows the page in the theme that was chosen. */
export function applyTheme(): void {
  const show = (): void => {
    const chosen = theme.get();
    if (chosen === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = chosen;
  };
  show();
  subscribe(show);
}
