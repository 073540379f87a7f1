INSERT INTO late_routes
SELECT origin, destination, window_start, window_end, COUNT(*), SUM(CAST(delay AS BIGINT))
FROM TABLE(HOP(TABLE flights, DESCRIPTOR(scheduled), INTERVAL '6' HOUR, INTERVAL '1' DAY))
WHERE delay > 15
GROUP BY origin, destination, window_start, window_end;
