-- fails: PROCTIME() in what is written. Way round: use the event time column
-- fails: "proc", which is PROCTIME(), in WHERE. Way round
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT store, proc, n FROM orders;
INSERT INTO o SELECT store, id, n FROM orders WHERE proc > ts;
