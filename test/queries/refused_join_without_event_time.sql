-- fails: a join with p, which has no event time here. Way round: add WATERMARK FOR to the CREATE TABLE of plain and bound the times, or, if it is a table of facts, make it a reference table
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE plain (store STRING, page STRING) WITH ('connector' = 'kinesis', 'millrace.type' = 'view.v1');
INSERT INTO o SELECT a.store, p.page, a.n FROM orders AS a JOIN plain AS p ON a.store = p.store;
