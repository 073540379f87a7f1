-- fails: Flink takes this, Millrace does not yet: GROUP BY without a window into sums, which has no PRIMARY KEY: its rows change as events come. Way round: write PRIMARY KEY (store) NOT ENFORCED and 'millrace.ttl' = '1 d' into CREATE TABLE sums; or compute it in windows: FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts)
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, COUNT(*) FROM orders GROUP BY store;
