-- fails: SELECT: GROUPING takes expressions of GROUP BY
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, GROUPING(n) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, GROUPING SETS ((store), ());
