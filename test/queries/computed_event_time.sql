-- WATERMARK FOR names a computed column: it is the event time, and windows close by it.
CREATE TABLE orders (
  store STRING,
  at_text STRING,
  ts AS CAST(at_text AS TIMESTAMP(3)),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, until TIMESTAMP(3), latest TIMESTAMP(3), orders BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums
SELECT store, window_end, MAX(ts), COUNT(*)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, store;

-- example:
-- orders {"store":"north","at_text":"2026-03-01 12:00:00.000","ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","at_text":"2026-03-01 12:00:59.999","ts":"2026-03-01 12:00:59.999"}
-- orders {"store":"south","at_text":"2026-03-01 12:01:00.000","ts":"2026-03-01 12:01:00.000"}
-- => {"store":"north","until":"2026-03-01 12:01:00.000","latest":"2026-03-01 12:00:59.999","orders":2}
-- => {"store":"south","until":"2026-03-01 12:02:00.000","latest":"2026-03-01 12:01:00.000","orders":1}
