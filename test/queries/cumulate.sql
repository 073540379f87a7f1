-- The day's revenue so far, every ten minutes: windows that begin together and grow. A total that does not change comes again.
CREATE TABLE orders (store STRING, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE so_far (store STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), last_instant TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2))
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO so_far
SELECT store, window_start, window_end, window_time, COUNT(*), SUM(total)
FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '30' MINUTE))
GROUP BY store, window_start, window_end, window_time;

-- example:
-- orders {"store":"north","total":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","total":2,"ts":"2026-03-01 12:09:59.999"}
-- orders {"store":"south","total":3,"ts":"2026-03-01 12:10:00.000"}
-- orders {"store":"north","total":4,"ts":"2026-03-01 12:25:00.000"}
-- orders {"store":"south","total":5,"ts":"2026-03-01 12:30:00.000"}
-- => {"store":"north","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:10:00.000","last_instant":"2026-03-01 12:09:59.999","orders":2,"revenue":"3.00"}
-- => {"store":"north","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:20:00.000","last_instant":"2026-03-01 12:19:59.999","orders":2,"revenue":"3.00"}
-- => {"store":"north","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:30:00.000","last_instant":"2026-03-01 12:29:59.999","orders":3,"revenue":"7.00"}
-- => {"store":"south","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:20:00.000","last_instant":"2026-03-01 12:19:59.999","orders":1,"revenue":"3.00"}
-- => {"store":"south","window_start":"2026-03-01 12:00:00.000","window_end":"2026-03-01 12:30:00.000","last_instant":"2026-03-01 12:29:59.999","orders":1,"revenue":"3.00"}
-- => {"store":"south","window_start":"2026-03-01 12:30:00.000","window_end":"2026-03-01 12:40:00.000","last_instant":"2026-03-01 12:39:59.999","orders":1,"revenue":"5.00"}
-- => {"store":"south","window_start":"2026-03-01 12:30:00.000","window_end":"2026-03-01 12:50:00.000","last_instant":"2026-03-01 12:49:59.999","orders":1,"revenue":"5.00"}
-- => {"store":"south","window_start":"2026-03-01 12:30:00.000","window_end":"2026-03-01 13:00:00.000","last_instant":"2026-03-01 12:59:59.999","orders":1,"revenue":"5.00"}
