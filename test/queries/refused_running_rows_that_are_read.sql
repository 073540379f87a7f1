-- fails: a query over sums, whose rows change: the query query has no window. Way round: aggregate orders in windows
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE sums (a STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'kinesis', 'millrace.ttl' = '1 d');
INSERT INTO sums SELECT store, COUNT(*), MAX(ts) FROM orders GROUP BY store;
INSERT INTO o SELECT a, a, COUNT(*) FROM TABLE(TUMBLE(TABLE sums, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY a, window_start, window_end;
