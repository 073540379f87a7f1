-- fails: DESCRIPTOR: orders has no event time; add WATERMARK FOR ts AS ts - INTERVAL '10' SECOND to its CREATE TABLE
CREATE TABLE orders (store STRING, ts TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, store;
