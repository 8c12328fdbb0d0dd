/** What did not end in time; what became of it is of no interest any more. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * The outcome of `work`, or DeadlineExceeded after `ms`. A driver's own time-out makes the server
 * give up; a server that hangs, though, is given up on only after a retry and another server
 * selection, which is a multiple of it.
 */
export async function withinDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceeded(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
