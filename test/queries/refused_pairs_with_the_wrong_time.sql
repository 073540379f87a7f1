-- fails: INSERT INTO pairs: "ts" is its event time (WATERMARK FOR), so it must be filled with the later of its two event times: GREATEST(l.ts, r.ts)
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE clicks (id STRING, store STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'view.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE pairs (store STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO pairs SELECT a.store, b.page, b.ts FROM orders AS a JOIN clicks AS b ON a.store = b.store AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' HOUR;
INSERT INTO o SELECT store, page, COUNT(*) FROM TABLE(TUMBLE(TABLE pairs, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, page, window_start, window_end;
