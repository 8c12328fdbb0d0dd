import type { Document } from 'mongodb';

/**
 * Whether a filter says which values of a field it is about, so that a sharded collection need not
 * ask all its shards: by equality, by a list, or so in each branch of its `$or`.
 */
export function carries(filter: Document, field: string): boolean {
  const value: unknown = filter[field];
  if (typeof value === 'string') return true;
  if (Array.isArray((value as Document | undefined)?.['$in'])) return true;
  const branches = filter['$or'] as Document[] | undefined;
  return branches !== undefined && branches.every((branch) => carries(branch, field));
}
