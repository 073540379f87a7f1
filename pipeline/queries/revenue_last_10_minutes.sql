-- Each minute, what each store sold in the ten minutes before.
INSERT INTO revenue_last_10_minutes
SELECT store, window_start, window_end, COUNT(*) AS orders, SUM(total) AS revenue
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '1' MINUTE, INTERVAL '10' MINUTE))
GROUP BY store, window_start, window_end
HAVING COUNT(*) >= 2;

-- example:
-- orders {"order_id":"o1","visitor":"v1","store":"oslo","sku":"mug-01","quantity":1,"total":9.90,"ordered_at":"2026-01-05T09:00:30.000Z"}
-- orders {"order_id":"o2","visitor":"v2","store":"oslo","sku":"mug-01","quantity":2,"total":19.80,"ordered_at":"2026-01-05T09:08:30.000Z"}
-- => {"store":"oslo","window_start":"2026-01-05 08:59:00.000","window_end":"2026-01-05 09:09:00.000","orders":2,"revenue":"29.70"}
-- => {"store":"oslo","window_start":"2026-01-05 09:00:00.000","window_end":"2026-01-05 09:10:00.000","orders":2,"revenue":"29.70"}
