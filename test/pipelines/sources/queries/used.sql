-- What each meter counted in an hour; a reading that was sent again counts once.
INSERT INTO used
SELECT meter, window_start, SUM(kwh) AS kwh, COUNT(*) AS readings
FROM TABLE(TUMBLE(TABLE meters, DESCRIPTOR(`at`), INTERVAL '1' HOUR))
GROUP BY meter, window_start, window_end;
