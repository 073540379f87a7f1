-- fails: INSERT INTO: column "store" is STRING, the query gives INT; write CAST(… AS STRING)
-- fails: INSERT INTO: column "n" is BIGINT, the query gives DECIMAL(10, 2); write CAST(… AS BIGINT)
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT n, total FROM orders;
