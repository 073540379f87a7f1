INSERT INTO busy_paths
SELECT path, window_start, window_end, COUNT(*), COUNT(DISTINCT ip)
FROM TABLE(HOP(TABLE requests, DESCRIPTOR(requested_at), INTERVAL '20' MINUTE, INTERVAL '1' HOUR))
WHERE `method` = 'GET'
GROUP BY path, window_start, window_end
HAVING COUNT(*) >= 3;
