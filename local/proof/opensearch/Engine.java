// One OpenSearch node on 127.0.0.1, without security: java -cp JARS Engine.java HOME HTTP_PORT TRANSPORT_PORT
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

public class Engine {
  /** The constructor that takes plugins from the class path is for heirs. */
  static class OnClassPath extends Node {
    OnClassPath(Settings settings) {
      super(
          InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "here"),
          List.of(Netty4Plugin.class),
          false);
    }
  }

  public static void main(String[] args) throws Exception {
    Settings settings =
        Settings.builder()
            .put("path.home", args[0])
            .put("http.port", args[1])
            .put("transport.port", args[2])
            .put("network.host", "127.0.0.1")
            .put("discovery.type", "single-node")
            .put("cluster.name", "millrace")
            .put("node.name", "here")
            .put("transport.type", "netty4")
            .put("http.type", "netty4")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    new OnClassPath(settings).start();
    Thread.currentThread().join();
  }
}
