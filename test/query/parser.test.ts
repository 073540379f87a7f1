// How texts are read, shown with all brackets; and which of the three kinds of mistake a text is, and where.
import { describe, expect, it, test } from 'vitest';
import { printFile } from '../../shared/query/print/statements.ts';
import { read } from '../grammar/places.ts';

const shown = (text: string): string => {
  const { statements, errors } = read(text);
  expect(errors).toEqual([]);
  return printFile(statements, { all: true }).trim().replaceAll(/\s+/g, ' ');
};
const where = (condition: string): string =>
  shown(`INSERT INTO s SELECT x FROM t WHERE ${condition}`).replace(/^.*? WHERE (.*);$/, '$1');
const from = (text: string): string => shown(`INSERT INTO s SELECT x FROM ${text}`).replace(/^.*? FROM (.*);$/, '$1');
const mistakes = (text: string): readonly string[] => read(text).errors.map((e) => `${e.line}:${e.col} ${e.message}`);

test.each([
  ['a = 1 AND b = 2 OR NOT c', '((a = 1) AND (b = 2)) OR (NOT c)'],
  ['NOT a IS NULL', 'NOT (a IS NULL)'],
  ['a = b IS TRUE', '(a = b) IS TRUE'],
  ['a IS DISTINCT FROM b = c', '(a IS DISTINCT FROM b) = c'],
  ['a = b IN (1, 2)', 'a = (b IN (1, 2))'],
  ['a BETWEEN 1 AND 2 AND b', '(a BETWEEN 1 AND 2) AND b'],
  ['a - b - c * d', '(a - b) - (c * d)'],
  ['-a.b[1].c', '-a.b[1].c'],
  ["FLOOR(ts + INTERVAL '1' HOUR TO DAY)", "FLOOR((ts + INTERVAL '1' HOUR) TO DAY)"],
  ["x LIKE 'a' || b ESCAPE '!'", "x LIKE ('a' || b) ESCAPE '!'"],
  ['k IN (SELECT k FROM u WHERE a = 1)', 'k IN (SELECT k FROM u WHERE a = 1)'],
  ['k NOT IN (SELECT k FROM u UNION ALL SELECT k FROM v)', 'k NOT IN (SELECT k FROM u UNION ALL SELECT k FROM v)'],
  ['EXISTS (SELECT k FROM u)', 'EXISTS (SELECT k FROM u)'],
  ['NOT EXISTS (SELECT k FROM u) AND a', '(NOT EXISTS (SELECT k FROM u)) AND a'],
  ['NOT EXISTS (SELECT k FROM u) IS TRUE', 'NOT (EXISTS (SELECT k FROM u) IS TRUE)'],
])('WHERE %s reads as %s', (text, expected) => {
  expect(where(text)).toBe(expected);
});

test.each([
  ['a JOIN b ON a.k = b.k', 'a JOIN b ON a.k = b.k'],
  ['a INNER JOIN b ON TRUE', 'a JOIN b ON TRUE'],
  ['a LEFT OUTER JOIN b ON TRUE RIGHT JOIN c ON TRUE', 'a LEFT JOIN b ON TRUE RIGHT JOIN c ON TRUE'],
  ['a FULL OUTER JOIN b ON a.x IS NULL', 'a FULL JOIN b ON a.x IS NULL'],
  ['a, b JOIN c ON TRUE', 'a CROSS JOIN b JOIN c ON TRUE'],
  ['a JOIN (b JOIN c ON TRUE) ON FALSE', 'a JOIN (b JOIN c ON TRUE) ON FALSE'],
  ['((a CROSS JOIN b)) JOIN c ON TRUE', 'a CROSS JOIN b JOIN c ON TRUE'],
  ['((SELECT x FROM a)) t', '(SELECT x FROM a) AS t'],
  ['((SELECT x FROM a) UNION ALL (SELECT x FROM b)) AS t (y)', '(SELECT x FROM a UNION ALL SELECT x FROM b) AS t (y)'],
  ['((SELECT x FROM a) AS t JOIN b ON TRUE)', '(SELECT x FROM a) AS t JOIN b ON TRUE'],
  ['a JOIN r FOR SYSTEM_TIME AS OF a.p r ON a.k = r.k', 'a JOIN r FOR SYSTEM_TIME AS OF a.p AS r ON a.k = r.k'],
  ['a, r FOR SYSTEM_TIME AS OF a.p AS r', 'a CROSS JOIN r FOR SYSTEM_TIME AS OF a.p AS r'],
  ['a CROSS JOIN UNNEST(a.tags) AS t (tag)', 'a CROSS JOIN UNNEST(a.tags) AS t (tag)'],
  ['a, UNNEST(tags) WITH ORDINALITY t (tag, i)', 'a CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, i)'],
  ['a LEFT JOIN UNNEST(a.tags) AS t ON TRUE', 'a LEFT JOIN UNNEST(a.tags) AS t ON TRUE'],
  [
    "TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' DAY)) L JOIN TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '1' DAY)) AS R ON L.k = R.k",
    "TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' DAY)) AS L JOIN TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '1' DAY)) AS R ON L.k = R.k",
  ],
  [
    "TABLE(SESSION(TABLE a PARTITION BY k, l, DESCRIPTOR(ts), INTERVAL '1' DAY))",
    "TABLE(SESSION(TABLE a PARTITION BY (k, l), DESCRIPTOR(ts), INTERVAL '1' DAY))",
  ],
])('FROM %s reads as %s', (text, expected) => {
  expect(from(text)).toBe(expected);
});

test.each([
  [
    'INSERT INTO s SELECT k, ROW_NUMBER() OVER (PARTITION BY k, l ORDER BY n DESC NULLS LAST, ts ASC) AS rn FROM t',
    'INSERT INTO s SELECT k, ROW_NUMBER() OVER (PARTITION BY k, l ORDER BY n DESC NULLS LAST, ts) AS rn FROM t;',
  ],
  ["CREATE FUNCTION f AS 'money.ts#toEuro'", "CREATE FUNCTION f AS 'money.ts#toEuro';"],
  ["create temporary function if not exists F as 'a.ts' language java", "CREATE FUNCTION F AS 'a.ts' LANGUAGE JAVA;"],
  [
    'CREATE TABLE t (id STRING PRIMARY KEY NOT ENFORCED, p AS PROCTIME())',
    'CREATE TABLE t ( id STRING, p AS PROCTIME(), PRIMARY KEY (id) NOT ENFORCED );',
  ],
  ['INSERT INTO s (SELECT x FROM t)', 'INSERT INTO s SELECT x FROM t;'],
  [
    'EXECUTE STATEMENT SET BEGIN INSERT INTO s SELECT x FROM t; INSERT INTO u SELECT x FROM t; END;',
    'INSERT INTO s SELECT x FROM t; INSERT INTO u SELECT x FROM t;',
  ],
  ['BEGIN STATEMENT SET; INSERT INTO s SELECT x FROM t; END', 'INSERT INTO s SELECT x FROM t;'],
  ['INSERT INTO s SELECT x // a comment\nFROM t -- another\r; /** and /* one */', 'INSERT INTO s SELECT x FROM t;'],
])('%s reads as %s', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

const select = (tail: string): string => `INSERT INTO s SELECT x FROM ${tail}`;

describe('SQL that Flink takes and Millrace does not is refused with the way round', () => {
  it.each([
    [select('t ORDER BY x'), '1:31', 'ORDER BY', 'a stream has no last row'],
    [select('t LIMIT 3'), '1:31', 'LIMIT', 'a stream has no end'],
    [select('a NATURAL JOIN b'), '1:31', 'NATURAL JOIN', 'ON a.k = b.k'],
    [select('a JOIN b USING (k)'), '1:38', 'USING', 'ON a.k = b.k'],
    [select('a, LATERAL TABLE(f(x)) AS b'), '1:32', 'LATERAL', 'UNNEST'],
    [select('a, LATERAL UNNEST(x) AS b'), '1:32', 'LATERAL', 'write UNNEST(…) without it'],
    [select('t MATCH_RECOGNIZE (PARTITION BY k)'), '1:31', 'MATCH_RECOGNIZE', 'look for the pattern'],
    [select('UNNEST(x) AS t'), '1:29', 'UNNEST before a table', 'CROSS JOIN UNNEST'],
    [select('r FOR SYSTEM_TIME AS OF p'), '1:31', 'FOR SYSTEM_TIME without a join', 'FROM t JOIN r'],
    [select('a AS b (x)'), '1:34', 'column names after the alias of a table', 'sub-query'],
    [select("TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' DAY)"), '1:29', 'TUMBLE(…) on its own', 'TABLE( )'],
    [select("TABLE(TUMBLE((SELECT x FROM t), DESCRIPTOR(ts), INTERVAL '1' DAY))"), '1:42', 'sub-query', 'CREATE VIEW'],
    ['INSERT INTO s SELECT RANK() OVER (ORDER BY x) FROM t', '1:29', 'RANK(…) OVER', 'ROW_NUMBER()'],
    ['INSERT INTO s SELECT DENSE_RANK() OVER (ORDER BY x) FROM t', '1:35', 'DENSE_RANK(…) OVER', 'ROW_NUMBER()'],
    ['INSERT INTO s SELECT SUM(x) OVER (ORDER BY ts) FROM t', '1:29', 'SUM(…) OVER', 'aggregate in a window'],
    ['INSERT INTO s SELECT ROW_NUMBER() OVER w FROM t', '1:35', 'the name of a window', 'PARTITION BY'],
    ['INSERT INTO s SELECT CURRENT_TIMESTAMP FROM t', '1:22', 'CURRENT_TIMESTAMP', 'event time column'],
    [select('t WHERE x = ANY (SELECT y FROM u)'), '1:41', 'ANY', 'IN'],
    [select('t WHERE x = (SELECT MAX(y) FROM u)'), '1:42', 'a sub-query as a value', 'join'],
    [select("t WHERE a LIKE 'b' IN (TRUE)"), '1:37', 'LIKE beside', 'brackets'],
    ["CREATE TEMPORARY SYSTEM FUNCTION f AS 'x'", '1:18', 'SYSTEM', 'leave SYSTEM out'],
    ["CREATE FUNCTION f AS 'x' LANGUAGE PYTHON", '1:35', 'LANGUAGE PYTHON', 'Java class'],
    ["CREATE FUNCTION f AS 'x' USING JAR 'y'", '1:26', 'USING JAR', 'leave it out'],
    ['CREATE TABLE t (a ROW<b INT NOT NULL>)', '1:29', 'NOT NULL inside a type', 'leave it out'],
  ])('%s', (text, place, what, wayRound) => {
    const [first, ...rest] = mistakes(text);
    expect(rest).toEqual([]);
    expect(first?.split(' ')[0]).toBe(place);
    expect(first).toContain('Flink takes this, Millrace does not yet: ');
    expect(first).toContain(what);
    expect(first?.split('Way round: ')[1]).toContain(wayRound);
  });
});

describe('what no dialect takes says what was expected', () => {
  it.each([
    [select('a JOIN b'), '1:37 not SQL: JOIN (after the right table): expected ON, found the end of the file'],
    [
      select('a CROSS JOIN b ON TRUE'),
      '1:44 not SQL: CROSS JOIN: expected no condition; with one write JOIN … ON …, found "ON"',
    ],
    [select('(a, b)'), '1:31 not SQL: brackets in FROM: expected CROSS JOIN in place of the comma, found ","'],
    [select('(a)'), '1:31 not SQL: brackets in FROM: expected JOIN: brackets hold a query or a join, found ")"'],
    [select('(a CROSS JOIN b) AS t'), '1:49 not SQL: FROM: expected no name: a join in brackets has none, found "t"'],
    [
      select('a JOIN r AS r FOR SYSTEM_TIME AS OF a.p ON TRUE'),
      '1:43 not SQL: FROM: expected FOR SYSTEM_TIME AS OF … before the alias, found "FOR"',
    ],
    [
      "CREATE SYSTEM FUNCTION f AS 'x'",
      '1:8 not SQL: CREATE: expected FUNCTION: a system function is TEMPORARY in Flink, found "SYSTEM"',
    ],
    [
      "CREATE FUNCTION f AS 'x' LANGUAGE TYPESCRIPT",
      '1:35 not SQL: LANGUAGE: expected JAVA, or nothing at all, found "TYPESCRIPT"',
    ],
    ["CREATE FUNCTION upper AS 'x'", '1:17 not SQL: CREATE FUNCTION: "upper" is a reserved word'],
    ['INSERT INTO s SELECT x FROM t WHERE x IN ()', '1:43 not SQL: expression: expected a name, found ")"'],
    [
      "INSERT INTO s SELECT POSITION('a' || x IN y) FROM t",
      '1:35 not SQL: POSITION (after a name, a text or a call): expected IN, found "||"',
    ],
    [
      'EXECUTE STATEMENT SET BEGIN INSERT INTO s SELECT x FROM t;',
      '1:1 not SQL: statement set: it begins here and has no END',
    ],
    [
      'EXECUTE STATEMENT SET BEGIN CREATE TABLE t (a INT); END',
      '1:29 not SQL: statement set: expected INSERT INTO or END, found "CREATE"',
    ],
    ['CREATE TABLE t (a INT, b AS a IN (SELECT x FROM u))', '1:29 not SQL: computed column: no query can stand in it'],
    [
      "INSERT INTO s SELECT JSON_VALUE(x, '$.a' DEFAULT EXISTS (SELECT 1 FROM u) ON ERROR) FROM t",
      '1:50 not SQL: DEFAULT … ON ERROR: no query can stand in it',
    ],
    ['INSERT INTO s SELECT ``, x FROM t', '1:22 not SQL: a name in backticks is empty'],
  ])('%s', (text, expected) => {
    expect(mistakes(text)[0]).toContain(expected);
  });
});

test('every place of a tree is where its text stands', () => {
  const text =
    "INSERT INTO s\nSELECT a.x, 'é' || b.y AS z\nFROM t AS a\nLEFT JOIN u AS b ON a.k = b.k AND NOT EXISTS (SELECT 1 FROM v)";
  const { statements } = read(text);
  const texts: string[] = [];
  JSON.stringify(statements, (_, node: unknown) => {
    if (typeof node === 'object' && node !== null && 'kind' in node && 'at' in node) {
      const at = node.at as {
        readonly line: number;
        readonly col: number;
        readonly start: number;
        readonly end: number;
      };
      const before = text.slice(0, at.start).split('\n');
      expect([at.line, at.col]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1]);
      texts.push(text.slice(at.start, at.end));
    }
    return node;
  });
  for (const part of [
    't AS a\nLEFT JOIN u AS b ON a.k = b.k AND NOT EXISTS (SELECT 1 FROM v)',
    "'é' || b.y",
    'a.k = b.k AND NOT EXISTS (SELECT 1 FROM v)',
    'NOT EXISTS (SELECT 1 FROM v)',
    'u AS b',
  ])
    expect(texts).toContain(part);
});
