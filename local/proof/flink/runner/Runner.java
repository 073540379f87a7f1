package millrace;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.ObjectPath;

/**
 * Runs jobs one after the other in one JVM. The argument is a folder; each {@code NAME.job} in it holds SQL statements, parted by lines that hold
 * nothing but {@code ----}. A result of a table of connector {@code millrace-result} goes to {@code NAME.TABLE.ndjson}; what became of
 * the job is told by a line on standard output: {@code NAME ok CPU-MS WALL-MS} or {@code NAME failed REASON}.
 */
public final class Runner {
  private Runner() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    PrintStream told = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    List<Path> jobs = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "*.job")) {
      files.forEach(jobs::add);
    }
    Collections.sort(jobs);
    for (Path job : jobs) {
      String name = job.getFileName().toString().replaceFirst("\\.job$", "");
      try {
        long[] before = clocks();
        run(folder, name, Files.readString(job));
        long[] after = clocks();
        told.println(name + " ok " + (after[0] - before[0]) / 1_000_000 + " " + (after[1] - before[1]) / 1_000_000);
      } catch (Throwable error) {
        told.println(name + " failed " + reason(error));
        if (System.getenv("MILLRACE_TRACE") != null) error.printStackTrace();
      }
    }
    System.exit(0);
  }

  /** CPU of all threads, and the clock on the wall, in nanoseconds. */
  private static long[] clocks() {
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new long[] {system.getProcessCpuTime(), System.nanoTime()};
  }

  private static String reason(Throwable error) {
    List<String> causes = new ArrayList<>();
    for (Throwable cause = error; cause != null; cause = cause.getCause()) causes.add(String.valueOf(cause.getMessage()));
    return String.join(" <- ", causes).replaceAll("\\s+", " ");
  }

  private static void run(Path folder, String name, String text) throws Exception {
    Configuration conf = new Configuration();
    // One thread for each operator, and no watermark by the clock: the files alone decide.
    conf.setString("parallelism.default", "1");
    conf.setString("pipeline.auto-watermark-interval", "0 ms");
    conf.setString("table.local-time-zone", "UTC");
    conf.setString("execution.runtime-mode", "STREAMING");
    conf.setString("taskmanager.memory.network.max", "256mb");
    var env = StreamExecutionEnvironment.getExecutionEnvironment(conf);
    var settings = EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(conf).build();
    var tables = StreamTableEnvironment.create(env, settings);
    var inserts = tables.createStatementSet();
    for (String statement : text.split("(?m)^----$")) {
      String sql = statement.strip();
      if (sql.isEmpty()) continue;
      if (sql.regionMatches(true, 0, "INSERT", 0, 6)) inserts.addInsertSql(sql);
      else if (sql.startsWith("SET ")) {
        String[] option = sql.substring(4).split("=", 2);
        tables.getConfig().set(option[0].strip(), option[1].strip());
      } else {
        tables.executeSql(sql);
      }
    }
    inserts.execute().await();
    for (String table : tables.listTables()) {
      String result = resultOf(tables, table);
      if (result == null) continue;
      Files.write(folder.resolve(name + "." + table + ".ndjson"), ResultSink.take(result), StandardCharsets.UTF_8);
    }
  }

  /** The name under which a result was collected; null for other tables. */
  private static String resultOf(StreamTableEnvironment tables, String table) throws Exception {
    var catalog = tables.getCatalog(tables.getCurrentCatalog()).orElseThrow();
    var path = new ObjectPath(tables.getCurrentDatabase(), table);
    if (!catalog.tableExists(path)) return null;
    var options = catalog.getTable(path).getOptions();
    return "millrace-result".equals(options.get("connector")) ? options.get("name") : null;
  }
}
