-- fails: a query without a window over sums, which has the rows of a window (query query)
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE many (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store;
INSERT INTO many SELECT store, n FROM sums WHERE n > 10;
