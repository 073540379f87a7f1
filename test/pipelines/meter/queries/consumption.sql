-- What each meter counted between its first and its last reading in a quarter of an hour.
INSERT INTO consumption
SELECT meter, window_start, window_end, MAX(watt_hours) - MIN(watt_hours) AS watt_hours, MIN(volts) AS lowest_volts
FROM TABLE(TUMBLE(TABLE counters, DESCRIPTOR(read_at), INTERVAL '15' MINUTE))
GROUP BY meter, window_start, window_end;
