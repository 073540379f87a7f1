-- Orders of each store in each minute. A window that holds no event gives no row.
CREATE TABLE orders (
  store STRING, total DECIMAL(10, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');

CREATE TABLE per_minute (store STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), orders BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO per_minute
SELECT store, window_start, window_end, COUNT(*) AS orders
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY store, window_start, window_end;

-- example:
-- orders {"store":"north","total":12.5,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","total":3,"ts":"2026-03-01 12:00:59.999"}
-- orders {"store":"south","total":1,"ts":"2026-03-01 12:00:30.000"}
-- orders {"store":"north","total":7,"ts":"2026-03-01 12:01:00.000"}
-- orders {"store":"north","total":7,"ts":"2026-03-01 12:05:00.000"}
-- => {"store":"north","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:01:00.000","orders":2}
-- => {"store":"south","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:01:00.000","orders":1}
-- => {"store":"north","window_start":"2026-03-01 12:01:00.000","window_end":"2026-03-01 12:02:00.000","orders":1}
-- => {"store":"north","window_start":"2026-03-01 12:05:00.000","window_end":"2026-03-01 12:06:00.000","orders":1}
