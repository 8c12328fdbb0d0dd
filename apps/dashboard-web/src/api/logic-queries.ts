import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { addressOf, ApiError, read } from './client.js';
import type { Logic } from './schema.js';
import { askAsOneself } from './session.js';

const isAbsent = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** What is not there is null, and no fault. */
const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

/** Patterns that have a program. */
export const programsQuery = queryOptions({
  queryKey: ['logic', 'programs'],
  queryFn: ({ signal }) => read('/logic', {}, { signal }),
});

/** Machines by id, page by page. @param held only those whose program is held */
export const machinesQuery = (held: boolean) =>
  infiniteQueryOptions({
    queryKey: ['machines', held],
    queryFn: ({ signal, pageParam }) =>
      read(
        '/machines',
        {
          limit: 100,
          ...(held && { held: 'true' as const }),
          ...(pageParam !== undefined && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });

/** A machine as it is now; null where no program has run for it. */
export const machineQuery = (id: string) =>
  queryOptions({
    queryKey: ['machine', id],
    queryFn: ({ signal }) => orNull(read('/machines/{id}', {}, { id, signal })),
    refetchInterval: 2000,
    enabled: !id.endsWith('*'),
  });

/** The program that runs for a machine, or is a pattern's own; null: none. */
export const logicQuery = (id: string) =>
  queryOptions({
    queryKey: ['logic', 'of', id],
    queryFn: ({ signal }) => orNull(read('/machines/{id}/logic', {}, { id, signal })),
  });

/** The versions of a pattern's program, the newest first. */
export const versionsQuery = (pattern: string) =>
  queryOptions({
    queryKey: ['logic', 'versions', pattern],
    queryFn: ({ signal }) =>
      read('/machines/{id}/logic/history', { limit: 200 }, { id: pattern, signal }),
  });

/** One version with its text, which never changes. */
export const versionQuery = (pattern: string, version: number) =>
  queryOptions({
    queryKey: ['logic', 'version', pattern, version],
    queryFn: async ({ signal }) =>
      (await askAsOneself(addressOf(`/machines/{id}/logic/versions/${version}`, {}, pattern), {
        signal,
      })) as Logic,
    staleTime: Infinity,
  });
