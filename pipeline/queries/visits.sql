-- Visits: page views of one visitor with no pause longer than half a minute.
INSERT INTO visits
SELECT visitor, window_start, window_end, COUNT(*) AS pages, MIN(viewed_at) AS first_viewed, MAX(viewed_at) AS last_viewed
FROM TABLE(SESSION(TABLE page_views PARTITION BY visitor, DESCRIPTOR(viewed_at), INTERVAL '30' SECOND))
GROUP BY visitor, window_start, window_end;

-- example:
-- page_views {"visitor":"v1","page":"/","viewed_at":"2026-01-05T09:00:00.000Z"}
-- page_views {"visitor":"v1","page":"/product/mug-01","viewed_at":"2026-01-05T09:00:30.000Z"}
-- page_views {"visitor":"v1","page":"/","viewed_at":"2026-01-05T09:01:00.001Z"}
-- => {"visitor":"v1","window_start":"2026-01-05 09:00:00.000","window_end":"2026-01-05 09:01:00.000","pages":2,"first_viewed":"2026-01-05 09:00:00.000","last_viewed":"2026-01-05 09:00:30.000"}
-- => {"visitor":"v1","window_start":"2026-01-05 09:01:00.001","window_end":"2026-01-05 09:01:30.001","pages":1,"first_viewed":"2026-01-05 09:01:00.001","last_viewed":"2026-01-05 09:01:00.001"}
