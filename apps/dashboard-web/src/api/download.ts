import type { Range } from '../core/resolution.js';
import { addressOf, ApiError } from './client.js';

/** Saves the readings of a device as CSV. @throws ApiError */
export async function download(id: string, { from, to }: Range): Promise<void> {
  const address = addressOf('/devices/{id}/telemetry', { from, to }, id);
  const response = await fetch(address, { headers: { accept: 'text/csv' } }).catch(() => undefined);
  if (!response?.ok)
    throw new ApiError(response?.status ?? 0, 'The readings cannot be read; try again.');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${id.replace(/[^\w.-]/g, '_')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
