-- fails: INSERT INTO: the PRIMARY KEY of k (a) must be the key of the query's rows, a, a key that SELECT does not give: GROUP BY without a window gives one row for each
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE k (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
INSERT INTO k SELECT store, COUNT(*) FROM orders GROUP BY store, id;
