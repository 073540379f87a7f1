-- fails: DESCRIPTOR: shifted does not select the event time of orders as it is, so it has none
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE VIEW shifted AS SELECT store, ts + INTERVAL '1' HOUR AS ts FROM orders;
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE shifted, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY store, window_start, window_end;
