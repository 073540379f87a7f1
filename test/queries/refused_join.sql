-- fails: Flink takes this, Millrace does not yet: a join of a and b without a bound of time, which would keep every row for ever. Way round: bound the times: ON … AND a.ts BETWEEN b.ts - INTERVAL '10' MINUTE AND b.ts + INTERVAL '10' MINUTE; or read both FROM TABLE(TUMBLE(…))
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT a.store, a.n FROM orders a JOIN orders b ON a.id = b.id;
