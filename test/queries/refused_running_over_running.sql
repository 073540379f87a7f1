-- fails: GROUP BY over the rows of GROUP BY without a window, which change as events come. Way round: compute both in windows
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE k (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
INSERT INTO k SELECT store, MAX(c) FROM (SELECT store, id, COUNT(*) AS c FROM orders GROUP BY store, id) GROUP BY store;
