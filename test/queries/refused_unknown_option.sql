-- fails: WITH: unknown option 'millrace.latenes'. Did you mean "millrace.lateness"?
-- fails: WITH: 'millrace.early' = '0 s' must be longer than nothing; write '10 s'
-- fails: WITH: 'millrace.ttl' = 'a day' is no duration; write '10 s', '5 min' or '24 h'
-- fails: WITH: 'millrace.lateness' = 'soon' is no duration; write '10 s', '5 min' or '24 h'
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis', 'millrace.latenes' = '1 s', 'millrace.early' = '0 s', 'millrace.ttl' = 'a day', 'millrace.lateness' = 'soon');
