INSERT INTO rushes
SELECT origin, window_start, window_end, COUNT(*), MAX(distance)
FROM TABLE(SESSION(TABLE flights PARTITION BY origin, DESCRIPTOR(scheduled), INTERVAL '45' MINUTE))
GROUP BY origin, window_start, window_end;
