-- fails: INSERT INTO: keyed has a PRIMARY KEY, so one query fills it, and query does
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE keyed (store STRING, n BIGINT, PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO keyed SELECT store, n FROM orders;
INSERT INTO keyed SELECT id, n FROM orders;
