package millrace;

import org.apache.flink.table.functions.ScalarFunction;

/** On Flink what test/nexmark/functions/count-char.ts is here. */
public final class CountChar extends ScalarFunction {
  public Long eval(String text, String sought) {
    if (text == null || sought == null) return null;
    return text.chars().filter(c -> c == sought.charAt(0)).count();
  }
}
