import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { read, type QueryOf } from './client.js';
import type { DeadLetterAnswer } from './schema.js';
import { askAsOneself } from './session.js';

/** Rows that a list fetches at a time. */
export const PAGE_ROWS = 100;

export const sensorsQuery = queryOptions({
  queryKey: ['sensors'],
  queryFn: ({ signal }) => read('/sensors', {}, { signal }),
  staleTime: Infinity,
});

export const platformQuery = queryOptions({
  queryKey: ['platform'],
  queryFn: ({ signal }) => read('/platform', {}, { signal }),
  refetchInterval: 5000,
});

type Paged = '/alerts' | '/alerts/recent' | '/devices/recent' | '/devices/{id}/telemetry' | '/logs';

/** A list, fetched page by page as far as somebody looks. */
export const listQuery = <P extends Paged>(path: P, query: QueryOf<P>, id?: string) =>
  infiniteQueryOptions({
    queryKey: ['list', path, query, id],
    queryFn: ({ signal, pageParam }) =>
      read(
        path,
        { limit: PAGE_ROWS, ...(query as object), cursor: pageParam } as QueryOf<P>,
        id === undefined ? { signal } : { signal, id },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page as { next_cursor: string | null }).next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const deviceSearchQuery = (prefix: string) =>
  queryOptions({
    queryKey: ['devices', 'search', prefix],
    queryFn: ({ signal }) => read('/devices/search', { prefix, limit: 200 }, { signal }),
    placeholderData: keepPreviousData,
  });

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id],
    queryFn: async ({ signal }) =>
      (await read('/devices', { device_id: id, limit: 1 }, { signal })).data[0] ?? null,
  });

export const deviceAlertsQuery = (id: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['device', id, 'alerts', from, to],
    queryFn: ({ signal }) =>
      read(
        '/alerts',
        { device_id: id, from: String(from), to: String(to), limit: 200 },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => read('/alerts/{id}', {}, { id, signal }),
    refetchInterval: 10_000,
  });

/** Dead letters, of which the server reads the newest for all who ask. */
export const deadLettersQuery = (which: QueryOf<'/dead-letters'>) =>
  queryOptions({
    queryKey: ['dead-letters', which],
    queryFn: ({ signal }) => read('/dead-letters', { limit: 200, ...which }, { signal }),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });

/** @param at `partition/offset` */
export const deadLetterQuery = (at: string) =>
  queryOptions({
    queryKey: ['dead-letter', at],
    queryFn: async ({ signal }) =>
      (await askAsOneself(`/dead-letters/${at}`, { signal })) as DeadLetterAnswer,
    staleTime: Infinity,
  });
