-- fails: FROM: a reads itself
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE VIEW a AS SELECT store, n FROM b;
CREATE VIEW b AS SELECT store, n FROM a;
