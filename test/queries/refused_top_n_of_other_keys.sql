-- fails: INSERT INTO: the PRIMARY KEY of k2 (a, r) must be the key of the query's rows, a, a key that SELECT does not give, r
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE k2 (a STRING, r BIGINT, n BIGINT, PRIMARY KEY (a, r) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
INSERT INTO k2 SELECT store, rn, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY store, id ORDER BY n) AS rn FROM orders) WHERE rn <= 10;
