INSERT INTO to_kafka
SELECT store, window_start AS minute_start, COUNT(*) AS orders, SUM(total) AS revenue
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '1' MINUTE))
GROUP BY store, window_start, window_end;
