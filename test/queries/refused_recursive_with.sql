-- fails: WITH RECURSIVE. Way round: write the steps out
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums WITH RECURSIVE a AS (SELECT store, n FROM a) SELECT store, n FROM a;
