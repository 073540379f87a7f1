-- fails: UNION ALL of look-ups or UNNEST, inside FROM. Way round: look up and UNNEST after the union
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE other (id STRING, store STRING, tags ARRAY<STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'millrace.type' = 'payment.v1');
INSERT INTO o SELECT store, id, 1 FROM (SELECT store, id FROM orders UNION ALL SELECT t, id FROM other CROSS JOIN UNNEST(tags) AS u (t));
