-- How many orders each store takes in a minute, and what they are worth.
INSERT INTO orders_per_minute
SELECT
  store,
  window_start AS minute_start,
  window_end AS minute_end,
  window_time AS minute_time,
  COUNT(*) AS orders,
  SUM(total) AS revenue
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '1' MINUTE))
GROUP BY store, window_start, window_end, window_time;

-- example:
-- orders {"order_id":"o1","visitor":"v1","store":"oslo","sku":"mug-01","quantity":1,"total":9.90,"ordered_at":"2026-01-05T09:00:00.000Z"}
-- orders {"order_id":"o2","visitor":"v2","store":"oslo","sku":"mug-01","quantity":2,"total":19.80,"ordered_at":"2026-01-05T09:00:59.999Z"}
-- orders {"order_id":"o3","visitor":"v1","store":"oslo","sku":"pen-01","quantity":1,"total":2.50,"ordered_at":"2026-01-05T09:01:00.000Z"}
-- => {"store":"oslo","minute_start":"2026-01-05 09:00:00.000","minute_end":"2026-01-05 09:01:00.000","minute_time":"2026-01-05 09:00:59.999","orders":2,"revenue":"29.70"}
-- => {"store":"oslo","minute_start":"2026-01-05 09:01:00.000","minute_end":"2026-01-05 09:02:00.000","minute_time":"2026-01-05 09:01:59.999","orders":1,"revenue":"2.50"}
