-- fails: GROUP BY without a window into k without 'millrace.ttl': the state of its keys would be kept for ever. Way round: write 'millrace.ttl' = '1 d' into WITH of CREATE TABLE k
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE k (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO k SELECT store, COUNT(*) FROM orders GROUP BY store;
