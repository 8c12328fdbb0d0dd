package iot.backends;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One Kafka node in KRaft mode: formats its storage on the first start, then runs the broker.
 * Arguments: server.properties, log folder, cluster id.
 */
public final class KafkaNode {
  private KafkaNode() {}

  public static void main(String[] args) throws Exception {
    String properties = args[0];
    Path formatted = Path.of(args[1], "meta.properties");
    // Here and not in a process of its own: that saves the start of a second JVM.
    if (!Files.exists(formatted)) {
      String[] format = {"format", "--ignore-formatted", "-t", args[2], "-c", new File(properties).getPath()};
      int result = kafka.tools.StorageTool.execute(format, System.out);
      if (result != 0) System.exit(result);
    }
    ParentWatch.start();
    kafka.Kafka.main(new String[] {properties});
  }
}
