package millrace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/**
 * The connector {@code millrace-result}: what a table holds when every change was applied. A table with a PRIMARY KEY holds the newest row
 * of each key; another one every row that was not taken back.
 */
public final class ResultSink implements DynamicTableSinkFactory {
  private static final ConfigOption<String> NAME = ConfigOptions.key("name").stringType().noDefaultValue();
  private static final Map<String, Result> RESULTS = new ConcurrentHashMap<>();

  /** The rows under a name, as JSON, in no promised order; forgets them. */
  static List<String> take(String name) {
    Result result = RESULTS.remove(name);
    return result == null ? List.of() : result.rows();
  }

  @Override
  public String factoryIdentifier() {
    return "millrace-result";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(NAME);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    String name = FactoryUtil.createTableFactoryHelper(this, context).getOptions().get(NAME);
    int[] key = context.getCatalogTable().getResolvedSchema().getPrimaryKeyIndexes();
    return new Table(name, (RowType) context.getPhysicalRowDataType().getLogicalType(), key);
  }

  private record Table(String name, RowType type, int[] key) implements DynamicTableSink {
    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
      return requested;
    }

    @Override
    public DynamicTableSink copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "result " + name;
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
      return SinkV2Provider.of(new Collected(name, type, key));
    }
  }

  private record Collected(String name, RowType type, int[] key) implements Sink<RowData> {
    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
      Result result = RESULTS.computeIfAbsent(name, n -> key.length > 0 ? new Keyed() : new Bag());
      return new SinkWriter<>() {
        @Override
        public void write(RowData row, Context c) {
          String text = JsonText.row(row, type);
          result.change(row.getRowKind(), key.length > 0 ? JsonText.key(row, type, key) : text, text);
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
      };
    }
  }

  private interface Result {
    void change(RowKind kind, String key, String row);

    List<String> rows();
  }

  private static final class Keyed implements Result {
    private final Map<String, String> held = new LinkedHashMap<>();

    @Override
    public synchronized void change(RowKind kind, String key, String row) {
      switch (kind) {
        case INSERT, UPDATE_AFTER -> held.put(key, row);
        case UPDATE_BEFORE -> held.remove(key, row);
        case DELETE -> held.remove(key);
      }
    }

    @Override
    public synchronized List<String> rows() {
      return new ArrayList<>(held.values());
    }
  }

  private static final class Bag implements Result {
    private final Map<String, Integer> held = new LinkedHashMap<>();

    @Override
    public synchronized void change(RowKind kind, String key, String row) {
      boolean adds = kind == RowKind.INSERT || kind == RowKind.UPDATE_AFTER;
      held.merge(row, adds ? 1 : -1, (a, b) -> a + b == 0 ? null : a + b);
    }

    @Override
    public synchronized List<String> rows() {
      List<String> all = new ArrayList<>();
      held.forEach(
          (row, n) -> {
            if (n < 0) throw new IllegalStateException("taken back, but never given: " + row);
            for (int i = 0; i < n; i++) all.add(row);
          });
      return all;
    }
  }
}
