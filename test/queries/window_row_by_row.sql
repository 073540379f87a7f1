-- TUMBLE without GROUP BY gives each row its window.
CREATE TABLE orders (store STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE placed (store STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3), hour_of BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO placed
SELECT store, window_start, window_end, CAST(window_time AS TIMESTAMP(3)), HOUR(window_start)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE))
WHERE window_start >= TIMESTAMP '1970-01-01 00:00:00' OR store = 'old';

-- example:
-- orders {"store":"north","ts":"2026-03-01 12:09:59.999"}
-- orders {"store":"late","ts":"2026-03-01 11:00:00.000"}
-- orders {"store":"south","ts":"2026-03-01 12:10:00.000"}
-- => {"store":"late","window_start":"2026-03-01 11:00:00.000","window_end":"2026-03-01 11:10:00.000","window_time":"2026-03-01 11:09:59.999","hour_of":11}
-- => {"store":"north","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:10:00.000","window_time":"2026-03-01 12:09:59.999","hour_of":12}
-- => {"store":"south","window_start":"2026-03-01 12:10:00.000","window_end":"2026-03-01 12:20:00.000","window_time":"2026-03-01 12:19:59.999","hour_of":12}
