-- fails: INSERT INTO: the PRIMARY KEY of keyed (store) must hold every key of GROUP BY
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE keyed (store STRING, n BIGINT, PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO keyed SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, store, id;
