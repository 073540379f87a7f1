package millrace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.SimpleUserCodeClassLoader;
import org.apache.flink.util.UserCodeClassLoader;

/**
 * The connector {@code millrace-file}: rows of one NDJSON file in its order, with a watermark behind each of them. With {@code shards} and
 * {@code shard-column} a watermark is kept for each shard, and the least of them is the table's.
 */
public final class FileSource implements DynamicTableSourceFactory {
  private static final ConfigOption<String> FILE = ConfigOptions.key("file").stringType().noDefaultValue();
  private static final ConfigOption<Integer> SHARDS = ConfigOptions.key("shards").intType().defaultValue(1);
  private static final ConfigOption<String> COLUMN = ConfigOptions.key("shard-column").stringType().defaultValue("");

  @Override
  public String factoryIdentifier() {
    return "millrace-file";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(FILE);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(SHARDS, COLUMN, FactoryUtil.FORMAT);
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    var helper = FactoryUtil.createTableFactoryHelper(this, context);
    var format = helper.discoverDecodingFormat(DeserializationFormatFactory.class, FactoryUtil.FORMAT);
    ReadableConfig options = helper.getOptions();
    DataType row = context.getPhysicalRowDataType();
    int column = ((RowType) row.getLogicalType()).getFieldIndex(options.get(COLUMN));
    return new Scan(options.get(FILE), column < 0 ? 1 : options.get(SHARDS), column, format, row, null);
  }

  private record Scan(
      String file,
      int shards,
      int column,
      DecodingFormat<DeserializationSchema<RowData>> format,
      DataType row,
      WatermarkStrategy<RowData>[] pushed)
      implements ScanTableSource, SupportsWatermarkPushDown {
    @SuppressWarnings("unchecked")
    Scan {
      if (pushed == null) pushed = new WatermarkStrategy[1];
    }

    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }

    @Override
    public void applyWatermark(WatermarkStrategy<RowData> strategy) {
      pushed[0] = strategy;
    }

    @Override
    public DynamicTableSource copy() {
      return new Scan(file, shards, column, format, row, pushed.clone());
    }

    @Override
    public String asSummaryString() {
      return "rows of " + file;
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      var decoder = format.createRuntimeDecoder(context, row);
      var information = context.<RowData>createTypeInformation(row);
      LogicalType shardType = column < 0 ? null : ((RowType) row.getLogicalType()).getTypeAt(column);
      RowData.FieldGetter shard = column < 0 ? null : RowData.createFieldGetter(shardType, column);
      return new DataStreamScanProvider() {
        @Override
        public boolean isBounded() {
          return true;
        }

        @Override
        public DataStream<RowData> produceDataStream(ProviderContext provider, StreamExecutionEnvironment env) {
          DataStream<RowData> rows = env.fromCollection(new Rows(file, decoder), information);
          if (pushed[0] == null) return rows;
          return rows.assignTimestampsAndWatermarks(new AfterEachRow(pushed[0], shards, shard));
        }
      };
    }
  }

  /** Opened where it is read, since what is sent to a task must be serializable. */
  private static final class Rows implements Iterator<RowData>, Serializable {
    private final String file;
    private final DeserializationSchema<RowData> decoder;
    private transient BufferedReader lines;
    private transient RowData ahead;

    Rows(String file, DeserializationSchema<RowData> decoder) {
      this.file = file;
      this.decoder = decoder;
    }

    private void open() throws Exception {
      lines = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8);
      decoder.open(
          new DeserializationSchema.InitializationContext() {
            @Override
            public MetricGroup getMetricGroup() {
              return new UnregisteredMetricsGroup();
            }

            @Override
            public UserCodeClassLoader getUserCodeClassLoader() {
              return SimpleUserCodeClassLoader.create(FileSource.class.getClassLoader());
            }
          });
    }

    @Override
    public boolean hasNext() {
      try {
        if (lines == null) open();
        for (String line; ahead == null && (line = lines.readLine()) != null; )
          if (!line.isBlank()) ahead = decoder.deserialize(line.getBytes(StandardCharsets.UTF_8));
        return ahead != null;
      } catch (IOException e) {
        throw new UncheckedIOException(file, e);
      } catch (Exception e) {
        throw new IllegalStateException(file, e);
      }
    }

    @Override
    public RowData next() {
      if (!hasNext()) throw new NoSuchElementException(file);
      RowData row = ahead;
      ahead = null;
      return row;
    }
  }

  private record AfterEachRow(WatermarkStrategy<RowData> table, int shards, RowData.FieldGetter shard)
      implements WatermarkStrategy<RowData> {
    @Override
    public WatermarkGenerator<RowData> createWatermarkGenerator(WatermarkGeneratorSupplier.Context context) {
      long[] reached = new long[shards];
      Arrays.fill(reached, Long.MIN_VALUE);
      @SuppressWarnings("unchecked")
      WatermarkGenerator<RowData>[] each = new WatermarkGenerator[shards];
      for (int i = 0; i < shards; i++) each[i] = table.createWatermarkGenerator(context);
      return new WatermarkGenerator<>() {
        private long told = Long.MIN_VALUE;

        @Override
        public void onEvent(RowData row, long time, WatermarkOutput output) {
          int at = shard == null ? 0 : ((Number) shard.getFieldOrNull(row)).intValue();
          WatermarkOutput mine =
              new WatermarkOutput() {
                @Override
                public void emitWatermark(Watermark watermark) {
                  reached[at] = Math.max(reached[at], watermark.getTimestamp());
                }

                @Override
                public void markIdle() {}

                @Override
                public void markActive() {}
              };
          each[at].onEvent(row, time, mine);
          each[at].onPeriodicEmit(mine);
          long least = Arrays.stream(reached).min().getAsLong();
          if (least <= told) return;
          told = least;
          output.emitWatermark(new Watermark(least));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
      };
    }
  }
}
