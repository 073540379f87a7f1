-- Each minute, what each category of products sold in the ten minutes before.
INSERT INTO revenue_last_10_minutes
SELECT COALESCE(product.category, 'other') AS category, window_start, window_end, COUNT(*) AS orders, SUM(total) AS revenue
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '1' MINUTE, INTERVAL '10' MINUTE))
GROUP BY COALESCE(product.category, 'other'), window_start, window_end
HAVING COUNT(*) >= 2;

-- example:
-- orders {"order_id":"o1","visitor":"v1","store":"oslo","sku":"mug-01","quantity":1,"total":9.90,"product":{"name":"Enamel mug","category":"kitchen","price":"9.90"},"ordered_at":"2026-01-05T09:00:30.000Z"}
-- orders {"order_id":"o2","visitor":"v2","store":"oslo","sku":"mug-01","quantity":2,"total":19.80,"product":{"name":"Enamel mug","category":"kitchen","price":"9.90"},"ordered_at":"2026-01-05T09:08:30.000Z"}
-- orders {"order_id":"o3","visitor":"v2","store":"oslo","sku":"mug-99","quantity":1,"total":1.00,"ordered_at":"2026-01-05T09:08:40.000Z"}
-- => {"category":"kitchen","window_start":"2026-01-05 08:59:00.000","window_end":"2026-01-05 09:09:00.000","orders":2,"revenue":"29.70"}
-- => {"category":"kitchen","window_start":"2026-01-05 09:00:00.000","window_end":"2026-01-05 09:10:00.000","orders":2,"revenue":"29.70"}
