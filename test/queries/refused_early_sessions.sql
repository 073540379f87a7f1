-- fails: 'millrace.early' of sums: the query query has sessions. Way round: leave it out: two sessions that were shown could become one
-- fails: 'millrace.early' of sums: the query query-2 has no window. Way round: leave it out
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (a STRING, n BIGINT) WITH ('connector' = 'kinesis', 'millrace.early' = '10 s');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(SESSION(TABLE orders PARTITION BY store, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;
INSERT INTO sums SELECT store, n FROM orders;
