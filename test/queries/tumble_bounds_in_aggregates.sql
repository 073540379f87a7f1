-- Columns of a TUMBLE inside an aggregate, a key and a filter.
CREATE TABLE orders (store STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, same BOOLEAN, last_end TIMESTAMP(3), early BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums
SELECT store, ts = window_start, MAX(window_end), COUNT(*) FILTER (WHERE ts < window_start + INTERVAL '30' SECOND)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY store, window_start, window_end, ts = window_start;

-- example:
-- orders {"store":"north","ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","ts":"2026-03-01 12:00:29.999"}
-- orders {"store":"north","ts":"2026-03-01 12:00:30.000"}
-- orders {"store":"north","ts":"2026-03-01 12:01:00.000"}
-- => {"store":"north","same":false,"last_end":"2026-03-01 12:01:00.000","early":1}
-- => {"store":"north","same":true,"last_end":"2026-03-01 12:01:00.000","early":1}
-- => {"store":"north","same":true,"last_end":"2026-03-01 12:02:00.000","early":1}
