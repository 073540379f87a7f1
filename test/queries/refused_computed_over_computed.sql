-- fails: column c: unknown column "b"
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE x (a INT, b AS a + 1, c AS b + 1) WITH ('connector' = 'kinesis', 'millrace.type' = 'view.v1');
