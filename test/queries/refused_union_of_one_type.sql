-- fails: UNION ALL that reads one event type twice, inside FROM. Way round: write one SELECT with OR in its WHERE
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, n FROM (SELECT store, n FROM orders UNION ALL SELECT id, n FROM orders);
