INSERT INTO visits
SELECT ip, window_start, window_end, COUNT(*), COUNT(*) FILTER (WHERE status >= 400), MIN(requested_at), MAX(requested_at)
FROM TABLE(SESSION(TABLE requests PARTITION BY ip, DESCRIPTOR(requested_at), INTERVAL '10' MINUTE))
GROUP BY ip, window_start, window_end;
