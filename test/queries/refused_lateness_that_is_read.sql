-- fails: 'millrace.lateness' must be 0, because the query query-2 reads the table
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis', 'millrace.lateness' = '1 min');
CREATE TABLE others (store STRING) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, store;
INSERT INTO others SELECT store FROM sums;
