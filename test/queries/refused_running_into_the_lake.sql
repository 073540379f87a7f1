-- fails: GROUP BY without a window into lake, a filesystem table, whose rows are written once. Way round: write it into a table with PRIMARY KEY
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE lake (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 's3://lake/x', 'format' = 'parquet', 'millrace.ttl' = '1 d');
INSERT INTO lake SELECT store, COUNT(*) FROM orders GROUP BY store;
