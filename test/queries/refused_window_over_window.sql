-- fails: DESCRIPTOR: the event time of minutes is "t" (its window_time), found "e"
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE VIEW minutes AS SELECT store, window_start AS s, window_end AS e, window_time AS t, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end, window_time;
INSERT INTO sums SELECT store, MAX(c) FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(e), INTERVAL '1' HOUR)) GROUP BY store, window_start, window_end;
