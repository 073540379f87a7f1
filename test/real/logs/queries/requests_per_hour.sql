INSERT INTO requests_per_hour
SELECT status, window_start, window_end, COUNT(*), COUNT(DISTINCT ip), SUM(`bytes`), MAX(`bytes`), AVG(`bytes`)
FROM TABLE(TUMBLE(TABLE requests, DESCRIPTOR(requested_at), INTERVAL '1' HOUR))
GROUP BY status, window_start, window_end;
