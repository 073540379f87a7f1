package millrace;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** Values as {@code millrace sql} prints them: DECIMAL as text with its scale, BIGINT bare, DOUBLE as Java has it, a map by its keys. */
final class JsonText {
  private static final DateTimeFormatter INSTANT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

  private JsonText() {}

  static String row(RowData row, RowType type) {
    StringBuilder out = new StringBuilder("{");
    for (int i = 0; i < type.getFieldCount(); i++) {
      if (i > 0) out.append(',');
      text(out, type.getFieldNames().get(i)).append(':');
      value(out, field(row, type, i), type.getTypeAt(i));
    }
    return out.append('}').toString();
  }

  static String key(RowData row, RowType type, int[] columns) {
    StringBuilder out = new StringBuilder();
    for (int i : columns) {
      value(out, field(row, type, i), type.getTypeAt(i));
      out.append(' ');
    }
    return out.toString();
  }

  private static Object field(RowData row, RowType type, int i) {
    return RowData.createFieldGetter(type.getTypeAt(i), i).getFieldOrNull(row);
  }

  private static void value(StringBuilder out, Object value, LogicalType type) {
    if (value == null) {
      out.append("null");
      return;
    }
    switch (type.getTypeRoot()) {
      case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH -> out.append(value);
      case FLOAT, DOUBLE -> {
        if (Double.isFinite(((Number) value).doubleValue())) out.append(value);
        else text(out, value.toString());
      }
      case DECIMAL -> text(out, ((DecimalData) value).toBigDecimal().toPlainString());
      case DATE -> text(out, LocalDate.ofEpochDay((Integer) value).toString());
      case TIMESTAMP_WITHOUT_TIME_ZONE -> text(out, instant(((TimestampData) value).toLocalDateTime()));
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        LocalDateTime utc = LocalDateTime.ofInstant(((TimestampData) value).toInstant(), ZoneOffset.UTC);
        text(out, instant(utc) + "Z");
      }
      case ROW -> out.append(row((RowData) value, (RowType) type));
      case ARRAY -> array(out, (ArrayData) value, ((ArrayType) type).getElementType());
      case MAP -> map(out, (MapData) value, (MapType) type);
      default -> text(out, value.toString());
    }
  }

  private static void array(StringBuilder out, ArrayData array, LogicalType type) {
    ArrayData.ElementGetter get = ArrayData.createElementGetter(type);
    out.append('[');
    for (int i = 0; i < array.size(); i++) {
      if (i > 0) out.append(',');
      value(out, get.getElementOrNull(array, i), type);
    }
    out.append(']');
  }

  private static void map(StringBuilder out, MapData map, MapType type) {
    ArrayData.ElementGetter keys = ArrayData.createElementGetter(type.getKeyType());
    ArrayData.ElementGetter values = ArrayData.createElementGetter(type.getValueType());
    Map<String, String> entries = new TreeMap<>();
    for (int i = 0; i < map.size(); i++) {
      StringBuilder entry = new StringBuilder();
      value(entry, values.getElementOrNull(map.valueArray(), i), type.getValueType());
      StringBuilder name = text(new StringBuilder(), String.valueOf(keys.getElementOrNull(map.keyArray(), i)));
      entries.put(name.toString(), entry.toString());
    }
    out.append('{');
    entries.forEach((name, entry) -> out.append(out.charAt(out.length() - 1) == '{' ? "" : ",").append(name).append(':').append(entry));
    out.append('}');
  }

  private static String instant(LocalDateTime time) {
    return INSTANT.format(time);
  }

  /** As JSON.stringify writes it. */
  private static StringBuilder text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20) out.append(String.format("\\u%04x", (int) c));
          else out.append(c);
        }
      }
    }
    return out.append('"');
  }
}
