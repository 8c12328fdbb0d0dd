/**
 * Loaded into a service with --import and --expose-gc: at SIGUSR2 it collects garbage and prints
 * what its heap holds then.
 */
process.on('SIGUSR2', () => {
  const collect = globalThis.gc;
  if (!collect) throw new Error('heap-probe needs --expose-gc');
  void (async () => {
    // What waits for a finalizer is gone only after the next collection.
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { heapUsed, external } = process.memoryUsage();
    console.log(`heap-probe ${heapUsed + external}`);
  })();
});
