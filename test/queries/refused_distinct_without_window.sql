-- fails: SELECT DISTINCT without a window into sums, which has no PRIMARY KEY: its rows change as events come. Way round: write PRIMARY KEY (store, n) NOT ENFORCED
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT DISTINCT store, n FROM orders;
