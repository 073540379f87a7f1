-- Rows before a window closes: what stands in the table at the end is what it would be without them.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, starts TIMESTAMP(3), n BIGINT, PRIMARY KEY (store, starts) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.early' = '1 s');

INSERT INTO sums SELECT store, window_start, COUNT(*)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- => {"store":"north","starts":"2026-03-01 12:00:00.000","n":4}
-- => {"store":"north","starts":"2026-03-01 12:01:00.000","n":1}
-- => {"store":"south","starts":"2026-03-01 12:00:00.000","n":2}
