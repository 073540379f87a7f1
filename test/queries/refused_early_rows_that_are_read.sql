-- fails: CREATE TABLE sums: 'millrace.early' must be left out, because the query query-2 reads the table and rows cannot be taken back
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE sums (a STRING, n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis', 'millrace.early' = '10 s');
INSERT INTO sums SELECT store, COUNT(*), window_time FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end, window_time;
INSERT INTO o SELECT a, a, COUNT(*) FROM TABLE(TUMBLE(TABLE sums, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY a, window_start, window_end;
