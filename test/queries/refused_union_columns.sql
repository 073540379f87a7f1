-- fails: UNION ALL: this part has 1 columns, the first has 2
-- fails: UNION ALL: column 2 is INT and STRING; make them alike by CAST
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT store, n FROM orders UNION ALL SELECT id FROM orders;
INSERT INTO sums SELECT store, n FROM orders UNION ALL SELECT id, store FROM orders;
