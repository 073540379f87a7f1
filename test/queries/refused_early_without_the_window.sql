-- fails: must hold window_start or window_end, because 'millrace.early' lets an older window be revised after a newer one
-- fails: WITH: 'millrace.early' needs a PRIMARY KEY here
-- fails: WITH: 'millrace.early' does not go with 'filesystem'
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.early' = '10 s');
INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;
CREATE TABLE items (a STRING, n BIGINT) WITH ('connector' = 'dynamodb', 'millrace.early' = '10 s');
CREATE TABLE lake (a STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 's3://lake/x', 'format' = 'parquet', 'millrace.early' = '10 s');
