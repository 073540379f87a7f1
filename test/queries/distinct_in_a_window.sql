-- SELECT DISTINCT in a window: each visitor once a minute.
CREATE TABLE page_views (visitor STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'view.v1');
CREATE TABLE seen (visitor STRING, window_start TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO seen
SELECT visitor, window_start FROM (
  SELECT DISTINCT UPPER(visitor) AS visitor, window_start, window_end
  FROM TABLE(TUMBLE(TABLE page_views, DESCRIPTOR(ts), INTERVAL '1' MINUTE)));

-- example:
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 12:00:00.000"}
-- page_views {"visitor":"A","page":"/x","ts":"2026-03-01 12:00:01.000"}
-- page_views {"visitor":null,"page":"/x","ts":"2026-03-01 12:00:01.000"}
-- page_views {"visitor":null,"page":"/x","ts":"2026-03-01 12:00:01.000"}
-- page_views {"visitor":"a","page":"/","ts":"2026-03-01 12:01:00.000"}
-- => {"visitor":"A","window_start":"2026-03-01 12:00:00.000"}
-- => {"visitor":"A","window_start":"2026-03-01 12:01:00.000"}
-- => {"visitor":null,"window_start":"2026-03-01 12:00:00.000"}
