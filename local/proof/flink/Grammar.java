import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.calcite.config.Lex;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.flink.sql.parser.impl.FlinkSqlParserImpl;
import org.apache.flink.sql.parser.validate.FlinkSqlConformance;

/** Reads texts, one in base64 on each line, and answers each by a line: {@code ok TREE} or {@code no LINE:COL MESSAGE}. */
public class Grammar {
  private static final SqlParser.Config CONFIG =
      SqlParser.config()
          .withParserFactory(FlinkSqlParserImpl.FACTORY)
          .withConformance(FlinkSqlConformance.DEFAULT)
          .withLex(Lex.JAVA)
          .withIdentifierMaxLength(256);

  /** What binds to what, whatever brackets the text had. */
  private static void tree(SqlNode node, StringBuilder out) {
    if (node instanceof SqlNodeList list) {
      out.append('[');
      for (SqlNode item : list) { tree(item, out); out.append(' '); }
      out.append(']');
    } else if (node instanceof SqlCall call) {
      out.append('(').append(call.getOperator().getName());
      for (SqlNode operand : call.getOperandList()) { out.append(' '); tree(operand, out); }
      out.append(')');
    } else out.append(node);
  }

  private static String answer(String text) {
    try {
      StringBuilder out = new StringBuilder("ok ");
      tree(SqlParser.create(text, CONFIG).parseStmtList(), out);
      return out.toString();
    } catch (SqlParseException e) {
      String at = e.getPos() == null ? "?" : e.getPos().getLineNum() + ":" + e.getPos().getColumnNum();
      return "no " + at + " " + e.getMessage();
    } catch (RuntimeException | StackOverflowError e) {
      return "no ? " + e;
    }
  }

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; )
      out.println(answer(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8)).replaceAll("\\s+", " "));
    out.flush();
  }
}
