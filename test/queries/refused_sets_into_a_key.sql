-- fails: INSERT INTO: totals has a PRIMARY KEY, and GROUPING SETS leave keys NULL
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE totals (store STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (store, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO totals SELECT store, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, CUBE (store);
