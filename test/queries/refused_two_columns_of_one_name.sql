-- fails: SELECT: x has two columns "n"; rename one by AS
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, n FROM (SELECT store, n, n + 1 AS n FROM orders) AS x;
