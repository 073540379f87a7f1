-- fails: UNNEST twice. Way round: write the rows of the first into a kinesis table
-- fails: UNNEST: names 2 columns, each element gives 1: STRING
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT t, v, n FROM orders CROSS JOIN UNNEST(tags) AS u (t) CROSS JOIN UNNEST(tags) AS w (v);
INSERT INTO o SELECT t, v, n FROM orders CROSS JOIN UNNEST(tags) AS u (t, v);
