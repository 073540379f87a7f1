// The bench's query on Flink's DataStream API: count and sum of price by campaign in windows of ten seconds of event time, with
// checkpoints every two seconds. Runs three times in one JVM, since its compiler warms up: the last run is the one to compare.
// Arguments: file of one JSON event a line, folder for checkpoints, file for the rows of the first run.
// Prints a line for each run: ms of CPU of the whole JVM, ms of wall, windows, events in them.

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.sun.management.OperatingSystemMXBean;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

public class ClickWindows {
  static final int RUNS = 3;
  static final AtomicLong WINDOWS = new AtomicLong();
  static final AtomicLong EVENTS = new AtomicLong();
  static volatile PrintWriter rows;

  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Data {
    public String campaign;
    public double price;
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Click {
    public String time;
    public Data data;
  }

  /** A plain object with public fields: Flink has a fast serializer for it. */
  public static class Priced {
    public String campaign;
    public double price;
    public long at;
  }

  public static class Sum {
    public long n;
    public double total;
  }

  public static class Read extends RichMapFunction<String, Priced> {
    private transient ObjectReader reader;

    @Override
    public void open(OpenContext context) {
      reader = new ObjectMapper().readerFor(Click.class);
    }

    @Override
    public Priced map(String line) throws Exception {
      Click click = reader.readValue(line);
      Priced out = new Priced();
      out.campaign = click.data.campaign;
      out.price = click.data.price;
      out.at = Instant.parse(click.time).toEpochMilli();
      return out;
    }
  }

  public static class Add implements AggregateFunction<Priced, Sum, Sum> {
    @Override
    public Sum createAccumulator() {
      return new Sum();
    }

    @Override
    public Sum add(Priced click, Sum sum) {
      sum.n++;
      sum.total += click.price;
      return sum;
    }

    @Override
    public Sum getResult(Sum sum) {
      return sum;
    }

    @Override
    public Sum merge(Sum a, Sum b) {
      a.n += b.n;
      a.total += b.total;
      return a;
    }
  }

  public static class Show extends ProcessWindowFunction<Sum, String, String, TimeWindow> {
    @Override
    public void process(String campaign, Context context, Iterable<Sum> sums, Collector<String> out) {
      for (Sum sum : sums) {
        WINDOWS.incrementAndGet();
        EVENTS.addAndGet(sum.n);
        String row = campaign + "|" + context.window().getStart() + "|" + sum.n + "|" + sum.total;
        PrintWriter to = rows;
        if (to != null) to.println(row);
        out.collect(row);
      }
    }
  }

  static void run(String file, String checkpoints) throws Exception {
    Configuration settings = new Configuration();
    settings.setString("pipeline.object-reuse", "true");
    settings.setString("execution.checkpointing.interval", "2s");
    settings.setString("execution.checkpointing.dir", "file://" + checkpoints);
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.createLocalEnvironment(1, settings);
    FileSource<String> lines = FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(file)).build();
    flink
        .fromSource(lines, WatermarkStrategy.noWatermarks(), "clicks")
        .map(new Read())
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Priced>forBoundedOutOfOrderness(Duration.ofSeconds(5))
                .withTimestampAssigner((click, before) -> click.at))
        .keyBy(click -> click.campaign)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
        .aggregate(new Add(), new Show())
        .sinkTo(new DiscardingSink<>());
    flink.execute();
  }

  public static void main(String[] args) throws Exception {
    OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (int run = 0; run < RUNS; run++) {
      WINDOWS.set(0);
      EVENTS.set(0);
      rows = run == 0 ? new PrintWriter(args[2], "UTF-8") : null;
      long cpu = system.getProcessCpuTime();
      long wall = System.nanoTime();
      run(args[0], args[1]);
      long cpuMs = (system.getProcessCpuTime() - cpu) / 1_000_000;
      long wallMs = (System.nanoTime() - wall) / 1_000_000;
      if (rows != null) rows.close();
      System.out.println("run " + cpuMs + " " + wallMs + " " + WINDOWS.get() + " " + EVENTS.get());
    }
    System.exit(0);
  }
}
