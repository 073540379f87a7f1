-- fails: two rows of one window may have the same key in the PRIMARY KEY of sums (a) and would overwrite each other; nothing tells the rows of this query apart
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE clicks (id STRING, store STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'view.v1');
CREATE TABLE sums (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO sums SELECT a.store, a.n FROM (SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS a JOIN (SELECT * FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS b ON a.store = b.store AND a.window_start = b.window_start AND a.window_end = b.window_end;
