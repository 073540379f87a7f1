-- fails: Flink takes this, Millrace does not yet: UNION, which drops equal rows. Way round: write UNION ALL
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, n FROM orders UNION SELECT id, n FROM orders;
