-- Elements that are rows give their fields; LEFT JOIN keeps an order without lines; WITH ORDINALITY numbers them.
CREATE TABLE orders (id STRING, lines ARRAY<ROW<sku STRING, n INT>>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE order_lines (id STRING, line INT, sku STRING, n INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO order_lines
SELECT o.id, l.line, l.sku, l.n FROM orders AS o LEFT JOIN UNNEST(o.lines) WITH ORDINALITY AS l (sku, n, line) ON TRUE;

-- example:
-- orders {"id":"a","lines":[{"sku":"x","n":1},{"sku":"y","n":2},{"sku":null,"n":3}],"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","lines":[],"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"c","lines":null,"ts":"2026-03-01 12:00:00.000"}
-- => {"id":"a","line":1,"sku":"x","n":1}
-- => {"id":"a","line":2,"sku":"y","n":2}
-- => {"id":"a","line":3,"sku":null,"n":3}
-- => {"id":"b","line":null,"sku":null,"n":null}
-- => {"id":"c","line":null,"sku":null,"n":null}
