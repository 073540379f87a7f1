-- fails: a column of a HOP window inside MAX. Way round: group by it, and use it outside
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE ends (store STRING, e TIMESTAMP(3)) WITH ('connector' = 'kinesis');
INSERT INTO ends SELECT store, MAX(window_end) FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))
GROUP BY store, window_start, window_end;
