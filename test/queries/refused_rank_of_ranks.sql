-- fails: ROW_NUMBER over the rows of ROW_NUMBER without a window. Way round: compute both in windows
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE k2 (a STRING, r BIGINT, n BIGINT, PRIMARY KEY (a, r) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
INSERT INTO k2 SELECT store, r2, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY store ORDER BY n) AS r2 FROM (SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY store, id ORDER BY n) AS rn FROM orders) WHERE rn <= 10)) WHERE r2 < 3;
