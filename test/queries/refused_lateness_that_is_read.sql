-- fails: CREATE TABLE sums: 'millrace.lateness' must be 0, because the query query-2 reads the table
CREATE TABLE orders (store STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (n BIGINT, w TIMESTAMP(3), WATERMARK FOR w AS w) WITH ('connector' = 'kinesis', 'millrace.lateness' = '1 min');
CREATE TABLE hours (n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT COUNT(*), window_time FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time;
INSERT INTO hours SELECT MAX(n) FROM TABLE(TUMBLE(TABLE sums, DESCRIPTOR(w), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
