-- fails: ROW_NUMBER() OVER (…) without a bound of it in the WHERE of the query outside. Way round: name it and filter
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT store, id, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY store ORDER BY n) AS rn FROM orders) WHERE n > 3;
