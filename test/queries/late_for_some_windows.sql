-- In windows that slide, a row is late for those that were passed and counts in the others; late for all of them, it is late.
CREATE TABLE orders (id STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE counts (starts TIMESTAMP(3), until TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO counts
SELECT window_start, window_end, COUNT(*)
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY window_start, window_end;

-- example:
-- orders {"id":"a","ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"b","ts":"2026-03-01 12:00:20.000"}
-- orders {"id":"c","ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"d","ts":"2026-03-01 12:01:00.000"}
-- orders {"id":"e","ts":"2026-03-01 12:00:07.000"}
-- late {"id":"e","ts":"2026-03-01 12:00:07.000"}
-- => {"starts":"2026-03-01 11:59:40.000","until":"2026-03-01 12:00:10.000","n":1}
-- => {"starts":"2026-03-01 11:59:50.000","until":"2026-03-01 12:00:20.000","n":1}
-- => {"starts":"2026-03-01 12:00:00.000","until":"2026-03-01 12:00:30.000","n":3}
-- => {"starts":"2026-03-01 12:00:10.000","until":"2026-03-01 12:00:40.000","n":1}
-- => {"starts":"2026-03-01 12:00:20.000","until":"2026-03-01 12:00:50.000","n":1}
-- => {"starts":"2026-03-01 12:00:40.000","until":"2026-03-01 12:01:10.000","n":1}
-- => {"starts":"2026-03-01 12:00:50.000","until":"2026-03-01 12:01:20.000","n":1}
-- => {"starts":"2026-03-01 12:01:00.000","until":"2026-03-01 12:01:30.000","n":1}
