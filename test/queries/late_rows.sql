-- A row whose window was passed before it came is late, by the millisecond: 12:01:04.999 leaves the first minute open, 12:01:05 does not.
CREATE TABLE orders (id STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE counts (until TIMESTAMP(3), n BIGINT, least STRING) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO counts
SELECT window_end, COUNT(*), MIN(id) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;

-- example:
-- orders {"id":"a","ts":"2026-03-01 12:00:59.999"}
-- orders {"id":"b","ts":"2026-03-01 12:01:04.998"}
-- orders {"id":"c","ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"d","ts":"2026-03-01 12:01:04.999"}
-- orders {"id":"e","ts":"2026-03-01 12:00:59.999"}
-- orders {"id":"f","ts":"2026-03-01 12:02:00.000"}
-- late {"id":"e","ts":"2026-03-01 12:00:59.999"}
-- => {"until":"2026-03-01 12:01:00.000","n":2,"least":"a"}
-- => {"until":"2026-03-01 12:02:00.000","n":2,"least":"b"}
-- => {"until":"2026-03-01 12:03:00.000","n":1,"least":"f"}
