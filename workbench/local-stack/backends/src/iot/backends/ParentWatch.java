package iot.backends;

import java.io.IOException;

/**
 * Ends this process when the one that started it is gone: its end of our standard input is closed
 * by the kernel even after a kill -9.
 */
final class ParentWatch {
  private ParentWatch() {}

  static void start() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing is ever said on this pipe; only its end matters.
                }
              } catch (IOException closed) {
                // The same as its end.
              }
              System.exit(0);
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
