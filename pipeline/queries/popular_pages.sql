-- Pages seen at least twice within a minute, by how many visitors; looked at every ten seconds.
INSERT INTO popular_pages
SELECT page, window_start, window_end, COUNT(*) AS shown, COUNT(DISTINCT visitor) AS visitors
FROM TABLE(HOP(TABLE page_views, DESCRIPTOR(viewed_at), INTERVAL '10' SECOND, INTERVAL '1' MINUTE))
GROUP BY page, window_start, window_end
HAVING COUNT(*) >= 2;

-- example:
-- page_views {"visitor":"v1","page":"/","viewed_at":"2026-01-05T09:00:05.000Z"}
-- page_views {"visitor":"v1","page":"/","viewed_at":"2026-01-05T09:00:45.000Z"}
-- page_views {"visitor":"v2","page":"/","viewed_at":"2026-01-05T09:00:55.000Z"}
-- page_views {"visitor":"v2","page":"/product/mug-01","viewed_at":"2026-01-05T09:00:56.000Z"}
-- => {"page":"/","window_start":"2026-01-05 08:59:50.000","window_end":"2026-01-05 09:00:50.000","shown":2,"visitors":1}
-- => {"page":"/","window_start":"2026-01-05 09:00:00.000","window_end":"2026-01-05 09:01:00.000","shown":3,"visitors":2}
-- => {"page":"/","window_start":"2026-01-05 09:00:10.000","window_end":"2026-01-05 09:01:10.000","shown":2,"visitors":2}
-- => {"page":"/","window_start":"2026-01-05 09:00:20.000","window_end":"2026-01-05 09:01:20.000","shown":2,"visitors":2}
-- => {"page":"/","window_start":"2026-01-05 09:00:30.000","window_end":"2026-01-05 09:01:30.000","shown":2,"visitors":2}
-- => {"page":"/","window_start":"2026-01-05 09:00:40.000","window_end":"2026-01-05 09:01:40.000","shown":2,"visitors":2}
