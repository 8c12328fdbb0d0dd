/** What a shell has for a process that SIGPIPE ended. */
const BROKEN_PIPE = 141;

/**
 * Ends the process without a word when whoever reads what it prints has gone, as `head` does: with
 * its own exit code where it has one by then.
 */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? BROKEN_PIPE);
    });
}
