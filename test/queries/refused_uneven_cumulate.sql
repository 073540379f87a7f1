-- fails: CUMULATE: the size (600 s) must be a multiple of the step (1800 s); the step comes first, then the size
CREATE TABLE orders (store STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '30' MINUTE, INTERVAL '10' MINUTE)) GROUP BY window_start, window_end, store;
