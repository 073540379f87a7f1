-- Machines above 85 degrees within a minute, looked at every ten seconds.
INSERT INTO hot_machines
SELECT sensor, window_start, window_end, COUNT(*) AS readings, MAX(celsius) AS hottest
FROM TABLE(HOP(TABLE readings, DESCRIPTOR(measured_at), INTERVAL '10' SECOND, INTERVAL '1' MINUTE))
GROUP BY sensor, window_start, window_end
HAVING MAX(celsius) > 85;
