// Loaded into a service with --import: asks it to stop when the process that started it is gone,
// whose end of our standard input the kernel then closes.
process.stdin.on('error', () => undefined);
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
process.stdin.unref?.();
