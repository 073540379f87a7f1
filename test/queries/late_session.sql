-- A row of a session is late when it stands at the watermark or behind it, whatever sessions are open: Flink would keep it where one is.
CREATE TABLE orders (id STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE visits (starts TIMESTAMP(3), until TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO visits
SELECT window_start, window_end, COUNT(*)
FROM TABLE(SESSION(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;

-- not by Flink: it keeps row c, which touches a session that is open
-- example:
-- orders {"id":"a","ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","ts":"2026-03-01 12:00:09.000"}
-- orders {"id":"c","ts":"2026-03-01 12:00:04.000"}
-- orders {"id":"d","ts":"2026-03-01 12:00:04.001"}
-- orders {"id":"e","ts":"2026-03-01 12:00:19.001"}
-- late {"id":"c","ts":"2026-03-01 12:00:04.000"}
-- => {"starts":"2026-03-01 12:00:00.000","until":"2026-03-01 12:00:19.000","n":3}
-- => {"starts":"2026-03-01 12:00:19.001","until":"2026-03-01 12:00:29.001","n":1}
