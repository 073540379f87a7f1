-- fails: UNNEST with a condition, or by RIGHT or FULL JOIN. Way round: write CROSS JOIN UNNEST(…) AS t (x)
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT t, store, n FROM orders LEFT JOIN UNNEST(tags) AS u (t) ON t <> 'x';
