INSERT INTO airport_days
SELECT origin, window_start, window_end, COUNT(*), COUNT(DISTINCT destination), AVG(delay), MAX(delay), SUM(distance)
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(scheduled), INTERVAL '1' DAY))
GROUP BY origin, window_start, window_end;
