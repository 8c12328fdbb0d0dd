package iot.backends;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import java.util.List;

/**
 * A MongoDB-protocol server for development and tests. Arguments: "mem" or a data file, then the
 * port; it listens on 127.0.0.1 only.
 */
public final class MongoStandIn {
  /** Current drivers refuse a server below wire version 8; 17 is what MongoDB 6.0 says. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
          return List.of(6, 0, 0);
        }

        @Override
        public int getWireVersion() {
          return 17;
        }
      };

  private MongoStandIn() {}

  public static void main(String[] args) throws Exception {
    String store = args[0];
    int port = Integer.parseInt(args[1]);
    AbstractMongoBackend backend = store.equals("mem") ? StoreBackend.inMemory() : new DurableBackend(store);
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", port);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow, "shutdown"));
    System.out.println("MongoDB stand-in started on port " + port);
    ParentWatch.start();
    Thread.currentThread().join();
  }
}
