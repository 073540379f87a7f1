-- A visit ends after 30 s of silence; exactly 30 s apart is one visit. window_time is the visit's end less 1 ms.
CREATE TABLE page_views (visitor STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'view.v1');
CREATE TABLE visits (visitor STRING, began TIMESTAMP(3), ended TIMESTAMP(3), at_ms TIMESTAMP(3), pages BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO visits
SELECT v.visitor, v.window_start, v.window_end, v.window_time, COUNT(*)
FROM TABLE(SESSION(TABLE page_views PARTITION BY visitor, DESCRIPTOR(ts), INTERVAL '30' SECOND)) AS v
GROUP BY v.visitor, v.window_start, v.window_end, v.window_time;

-- example:
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 00:00:00.000"}
-- page_views {"visitor":"b","page":"/","ts":"2026-03-01 00:00:20.000"}
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 00:00:30.000"}
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 00:01:00.001"}
-- => {"visitor":"a","began":"2026-03-01 00:00:00.000","ended":"2026-03-01 00:01:00.000","at_ms":"2026-03-01 00:00:59.999","pages":2}
-- => {"visitor":"b","began":"2026-03-01 00:00:20.000","ended":"2026-03-01 00:00:50.000","at_ms":"2026-03-01 00:00:49.999","pages":1}
-- => {"visitor":"a","began":"2026-03-01 00:01:00.001","ended":"2026-03-01 00:01:30.001","at_ms":"2026-03-01 00:01:30.000","pages":1}
