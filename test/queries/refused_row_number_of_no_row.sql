-- fails: ROW_NUMBER: WHERE keeps no row: ranks count from 1, and it asks for 1 to 0
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT store, id, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY store ORDER BY n) AS rn FROM orders) WHERE rn < 1;
