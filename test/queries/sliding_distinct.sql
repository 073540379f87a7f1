-- Visitors of each page in the last 30 s, every 10 s. One event counts in three windows.
CREATE TABLE page_views (visitor STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'view.v1');
CREATE TABLE popular (page STRING, until TIMESTAMP(3), shown BIGINT, visitors BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO popular
SELECT page, window_end, COUNT(*), COUNT(DISTINCT visitor)
FROM TABLE(HOP(DATA => TABLE page_views, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '30' SECOND, SLIDE => INTERVAL '10' SECOND))
WHERE page <> '/health'
GROUP BY window_start, window_end, page
HAVING COUNT(*) > 1;

-- example:
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 00:00:01.000"}
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 00:00:11.000"}
-- page_views {"visitor":"b","page":"/","ts":"2026-03-01 00:00:12.000"}
-- page_views {"visitor":null,"page":"/","ts":"2026-03-01 00:00:13.000"}
-- page_views {"visitor":"c","page":"/health","ts":"2026-03-01 00:00:13.000"}
-- page_views {"visitor":"c","page":"/health","ts":"2026-03-01 00:00:14.000"}
-- => {"page":"/","until":"2026-03-01 00:00:20.000","shown":4,"visitors":2}
-- => {"page":"/","until":"2026-03-01 00:00:30.000","shown":4,"visitors":2}
-- => {"page":"/","until":"2026-03-01 00:00:40.000","shown":3,"visitors":2}
