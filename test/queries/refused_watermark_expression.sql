-- fails: Flink takes this, Millrace does not yet: WATERMARK FOR ts AS another expression. Way round: write ts - INTERVAL '10' SECOND, or ts alone
CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts + INTERVAL '1' SECOND) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
