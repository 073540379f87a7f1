-- fails: WITH: 'millrace.lateness' does not go with 'filesystem'
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 's3://lake/sums', 'format' = 'parquet', 'millrace.lateness' = '1 min');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store;
