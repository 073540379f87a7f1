-- fails: "Hour" is a folder of the lake
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE kept (store STRING, `Hour` STRING) WITH ('connector' = 'filesystem', 'path' = 's3://lake/kept', 'format' = 'parquet');
INSERT INTO kept SELECT store, id FROM orders;
