INSERT INTO to_topic
SELECT store, COUNT(*) AS orders
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '1' MINUTE))
GROUP BY store, window_start, window_end
HAVING COUNT(*) >= 4;
