-- fails: INSERT INTO minutes: "t" is its event time (WATERMARK FOR), so it must be filled with window_time or window_end; the query query-2 closes windows by it
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE minutes (store STRING, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
INSERT INTO minutes SELECT store, window_start FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store;
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, store;
